//! Formulas as closures: rustc points at the very tokens.

use keops::kernel;

fn main() {
    let _ = kernel!(|x: Vi<3>, y: Vj<3>| (-(x - y).sqnorm3()).exp());
    let _ = kernel!(|x: Vi<3>, y: Vj<3>| (x - y).norm().foo_bar_baz());
    let _ = kernel!(|x: Vi<3>, y: Vj<2>| x.sqdist(y));
    let _ = kernel!(|x: Vi<3>, y: Vj<3>| x.sqdist());
    let _ = kernel!(|x: Vi<3>, y: Vj<3>| x - y);
    let _ = kernel!(|x, y: Vector<3>, p: Pm<D>| p);
    let _ = kernel!(|x: Vi<3>, x: Vj<3>| x);
    let _ = kernel!(|x: Vi<3>, y: Vj<3>| x.0);
    let _ = kernel!(|x: Vi<3>, y: Vj<3>| x.len);
    let _ = kernel!(|x: Vi<3>, y: Vj<3>| { let d = x - y; d.sqnorm2() });
    let _ = kernel!(|x: Vi<1>, y: Vj<1>| if x { y } else { 0.0 });
    let _ = kernel!(|x: Vi<1>, y: Vj<1>| if x < y { y });
    let _ = kernel!(|x: Vi<1>, y: Vj<1>| x * y as f32);
    let _ = kernel!(|x: Vi<1>, y: Vj<1>| x * z);
    let _ = kernel!(|x: Vi<1>, y: Vj<1> x * y);
    let _ = kernel!(|x: Vi<1>| x, y = Vj(1));
}
