//! Causal attention over a long sequence.
//!
//! Each token i has a query q_i, a key k_i and a value v_i, and becomes the mean of the values of all tokens j that are
//! not after it, weighted by their attention:
//!
//! ```text
//! o_i = sum_{j <= i} exp(s_ij) v_j / sum_{j <= i} exp(s_ij),    s_ij = (q_i | k_j) / sqrt(64) - slope (i - j).
//! ```
//!
//! The slope is 0, or what `--alibi` asks for: a bias against tokens far back ("attention with linear biases"). Mask and
//! bias are parts of the formula. The matrix of the weights is never in memory; `--tokens 100000` needs no more per
//! token than 20 000 do.

mod dense;
mod layer;
mod picture;
mod tokens;

use anyhow::{Result, ensure};
use clap::Parser;
use keops::Scalar;
use keops_examples::progress::Progress;
use keops_examples::{outcome, output};
use layer::{DIM, Layer, blocks};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

/// Rows per head that are compared with plain loops.
const CHECKED: usize = 100;

/// Computes causal attention over a synthetic sequence and draws some of the weights.
#[derive(Debug, Parser)]
struct Options {
    /// Length of the sequence
    #[arg(long, default_value_t = 20_000)]
    tokens: usize,
    /// Number of blocks of queries, each of which leaves out the keys after it
    #[arg(long, default_value_t = 16)]
    blocks: usize,
    /// What the score of a key loses for each step that it lies back
    #[arg(long, default_value_t = 0.0)]
    alibi: f64,
    /// Compute in f64 instead of f32
    #[arg(long)]
    f64: bool,
    /// The picture
    #[arg(long, default_value = "attention.png")]
    output: PathBuf,
}

fn main() -> ExitCode {
    let options = Options::parse();
    outcome::exit_code(if options.f64 { run::<f64>(&options) } else { run::<f32>(&options) })
}

fn run<T: Scalar>(options: &Options) -> Result<()> {
    let (tokens, slope) = (options.tokens, options.alibi);
    ensure!((100..=10_000_000).contains(&tokens), "--tokens {tokens}: between 100 and 10 million");
    ensure!((1..=tokens).contains(&options.blocks), "--blocks {}: between 1 and {tokens}", options.blocks);
    ensure!(slope.is_finite() && slope >= 0.0, "--alibi {slope}: a number of at least 0 is needed");
    output::check(&options.output)?;
    let heads = tokens::heads::<T>(tokens);
    let number = std::any::type_name::<T>();
    println!("sequence   {tokens} synthetic tokens, {} heads of dimension {DIM}, bias {slope} per step", heads.len());
    println!("device     {}", keops::cpu_description());
    let matrix = (tokens * tokens * size_of::<T>()) as f64;
    println!("memory     {:.2} GB per head would be the matrix of weights, which is not computed\n", matrix * 1e-9);

    let layer = Layer { slope };
    let (mut seconds, mut seconds_in_blocks) = (0.0, 0.0);
    let (mut errors, mut largest) = (Vec::new(), 0.0f64);
    let mut progress = Progress::new(2 * heads.len());
    for (k, head) in heads.iter().enumerate() {
        let start = Instant::now();
        let whole = layer.whole(head)?;
        seconds += start.elapsed().as_secs_f64();
        progress.reached(2 * k + 1);
        let start = Instant::now();
        let means = layer.in_blocks(head, options.blocks)?;
        seconds_in_blocks += start.elapsed().as_secs_f64();
        progress.reached(2 * k + 2);
        let results = [&whole, &means];
        largest = results.into_iter().flatten().fold(largest, |largest, v| largest.max(v.to_f64().abs()));
        errors.extend(dense::errors(&layer, head, results, CHECKED));
    }
    drop(progress);

    let useful = (heads.len() * tokens * (tokens + 1) / 2) as f64;
    let all = (heads.len() * tokens * tokens) as f64;
    let computed: usize = blocks(tokens, options.blocks).map(|queries| queries.len() * queries.end).sum();
    let computed = (heads.len() * computed) as f64;
    println!("computed   in {number}     time      pairs     Gpair/s   unmasked Gpair/s");
    for (name, seconds, pairs) in
        [("in one call", seconds, all), (&format!("{} blocks", options.blocks), seconds_in_blocks, computed)]
    {
        let rate = |pairs: f64| pairs / seconds * 1e-9;
        println!("{name:>17}   {seconds:.3} s   {pairs:.2e}   {:.3}     {:.3}", rate(pairs), rate(useful));
    }
    // `max` would pass over a NaN.
    let worst = errors.iter().fold(0.0, |worst: f64, &e| if e.is_nan() { f64::INFINITY } else { worst.max(e) });
    println!("\nchecked    {CHECKED} rows of each head against plain loops in f64:");
    println!("           largest error {worst:.1e}, where the results go up to {largest:.2}");
    picture::draw(&layer, &heads, &errors, &options.output)?;
    println!("picture    {}", options.output.display());
    Ok(())
}
