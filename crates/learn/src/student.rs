//! The upper tail of Student's t distribution.
//!
//! By the regularised incomplete beta function (Abramowitz & Stegun 26.7.1), evaluated with its continued fraction
//! (26.5.8, modified Lentz) and the Lanczos series for the gamma function.

/// Probability that a t-distributed value with `degrees` of freedom is larger than `t`.
pub fn tail_probability(t: f64, degrees: f64) -> f64 {
    if !t.is_finite() || degrees <= 0.0 {
        return if t == f64::INFINITY { 0.0 } else { 0.5 };
    }
    let both = incomplete_beta(degrees / (degrees + t * t), degrees / 2.0, 0.5);
    if t >= 0.0 { both / 2.0 } else { 1.0 - both / 2.0 }
}

fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = (log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp();
    // The fraction converges fast only on this side of the mean.
    if x < (a + 1.0) / (a + b + 2.0) {
        front * continued_fraction(x, a, b) / a
    } else {
        1.0 - front * continued_fraction(1.0 - x, b, a) / b
    }
}

fn continued_fraction(x: f64, a: f64, b: f64) -> f64 {
    const STEPS: usize = 200;
    const TINY: f64 = 1e-300;
    let keep = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / keep(1.0 - (a + b) * x / (a + 1.0));
    let mut result = d;
    for step in 1..=STEPS {
        let m = step as f64;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / keep(1.0 + even * d);
        c = keep(1.0 + even / c);
        result *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / keep(1.0 + odd * d);
        c = keep(1.0 + odd / c);
        result *= d * c;
        if (d * c - 1.0).abs() < 1e-12 {
            break;
        }
    }
    result
}

fn log_gamma(x: f64) -> f64 {
    const SERIES: [f64; 6] = [
        76.180_091_729_471_46,
        -86.505_320_329_416_77,
        24.014_098_240_830_91,
        -1.231_739_572_450_155,
        1.208_650_973_866_179e-3,
        -5.395_239_384_953e-6,
    ];
    let base = x + 5.5;
    let sum = SERIES
        .iter()
        .enumerate()
        .fold(1.000_000_000_190_015, |sum, (index, weight)| sum + weight / (x + 1.0 + index as f64));
    (x + 0.5) * base.ln() - base + (2.506_628_274_631_000_5 * sum / x).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_agrees_with_the_tables() {
        // One-sided critical values: t(0.95; 5) = 2.015, t(0.975; 10) = 2.228, t(0.99; 2) = 6.965.
        for (t, degrees, tail) in
            [(2.015, 5.0, 0.05), (2.228, 10.0, 0.025), (6.965, 2.0, 0.01), (0.0, 3.0, 0.5)]
        {
            assert!((tail_probability(t, degrees) - tail).abs() < 2e-4, "{t} {degrees}");
        }
        assert!((tail_probability(-2.015, 5.0) - 0.95).abs() < 2e-4);
    }
}
