//! A synthetic sequence with something to attend to.
//!
//! The sequence changes its topic every few dozen tokens and comes back to each of the topics again and again; besides
//! that it has a rhythm of 32 tokens. Each topic and each beat has a random vector. Queries and keys of a token are
//! mixtures of the vectors of its topic and its beat, with noise: a head that mixes in only topics attends to tokens of
//! the same topic, one that mixes in only beats to those 32, 64, 96, ... steps back. Values are noise.

use crate::layer::DIM;
use keops::Scalar;
use keops_examples::random::Random;
use ndarray::Array2;
use std::f64::consts::{FRAC_PI_2, FRAC_PI_4};

const TOPICS: usize = 8;
const BEATS: usize = 32;
/// The shortest and the longest stay with a topic.
const STAY: (usize, usize) = (12, 60);
/// The standard deviation of the noise; that of the entries of the vectors is 1.
const NOISE: f64 = 0.3;
const SEED: u64 = 8;

/// The heads: their names, and how far each turns from topics to beats.
const HEADS: [(&str, f64); 3] = [("topic", 0.0), ("topic and rhythm", FRAC_PI_4), ("rhythm", FRAC_PI_2)];

/// What a head works on, one row per token.
pub(crate) struct Head<T> {
    /// What it attends to.
    pub(crate) name: &'static str,
    pub(crate) queries: Array2<T>,
    pub(crate) keys: Array2<T>,
    pub(crate) values: Array2<T>,
}

/// The heads of a layer, for a sequence of so many tokens.
pub(crate) fn heads<T: Scalar>(tokens: usize) -> Vec<Head<T>> {
    let mut random = Random::seeded(SEED);
    let topics = normal(&mut random, TOPICS);
    let beats = normal(&mut random, BEATS);
    let topic_of = sequence(&mut random, tokens);
    let mut head = |(name, angle): (&'static str, f64)| {
        let meaning = Array2::from_shape_fn((tokens, DIM), |(token, k)| {
            angle.cos() * topics[[topic_of[token], k]] + angle.sin() * beats[[token % BEATS, k]]
        });
        let mut noisy = || (&meaning + NOISE * normal(&mut random, tokens)).mapv(T::from_f64);
        let (queries, keys) = (noisy(), noisy());
        Head { name, queries, keys, values: normal(&mut random, tokens).mapv(T::from_f64) }
    };
    HEADS.into_iter().map(&mut head).collect()
}

/// Vectors of normally distributed numbers.
fn normal(random: &mut Random, count: usize) -> Array2<f64> {
    Array2::from_shape_fn((count, DIM), |_| random.normal())
}

/// The topic of each token.
fn sequence(random: &mut Random, tokens: usize) -> Vec<usize> {
    let mut topics = Vec::with_capacity(tokens);
    let mut topic = 0;
    while topics.len() < tokens {
        let stay = STAY.0 + random.below(STAY.1 - STAY.0 + 1);
        topics.extend(std::iter::repeat_n(topic, stay.min(tokens - topics.len())));
        // Any other.
        topic = (topic + 1 + random.below(TOPICS - 1)) % TOPICS;
    }
    topics
}
