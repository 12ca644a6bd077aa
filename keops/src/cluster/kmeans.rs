//! Clusters of small variance.

use ndarray::{Array1, Array2, ArrayRef2};
use rayon::prelude::*;

use super::random::SplitMix;
use super::{ClusterError, finite};
use crate::{Error, Scalar};

/// What [`kmeans_cluster`] finds for M points in K clusters.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct KMeans<T> {
    /// The cluster of each point, of length M. Every cluster has a point.
    pub labels: Array1<usize>,
    /// The mean of the points of each cluster, of shape (K, D).
    pub centroids: Array2<T>,
    /// The number of iterations that changed a label; less than asked for if the clusters are final.
    pub iterations: usize,
}

/// K clusters such that points are near the mean of their cluster, by Lloyd's algorithm: S. Lloyd, "Least squares quantization
/// in PCM" (1982). `x` has shape (M, D).
///
/// The first means are points that are drawn as in k-means++: D. Arthur and S. Vassilvitskii, "k-means++: The advantages of careful
/// seeding" (2007). Then at most `iterations` times each point joins the nearest mean, and means are computed anew. A
/// cluster that loses its last point takes over the point that is farthest from the mean of its own. The result depends on `seed`,
/// but not on the number of threads. O(M K D) per iteration, on all threads of rayon's current pool.
///
/// # Errors
///
/// There are 0 clusters, or more than points, or a coordinate is not finite.
///
/// ```
/// use keops::cluster::kmeans_cluster;
/// use ndarray::array;
///
/// let x = array![[0.0, 0.0], [9.0, 9.0], [0.0, 1.0], [9.0, 8.0], [1.0, 0.5]];
/// let found = kmeans_cluster(&x, 2, 10, 0)?;
/// let of_first = found.labels[0];
/// assert_eq!(found.labels.mapv(|label| label == of_first), array![true, false, true, false, true]);
/// assert_eq!(found.centroids.row(1 - of_first), array![9.0, 8.5]);
/// # Ok::<(), keops::Error>(())
/// ```
pub fn kmeans_cluster<T: Scalar>(
    x: &ArrayRef2<T>,
    clusters: usize,
    iterations: usize,
    seed: u64,
) -> Result<KMeans<T>, Error> {
    if clusters == 0 || clusters > x.nrows() {
        return Err(Error::Clusters(ClusterError::ClusterCount { points: x.nrows(), found: clusters }));
    }
    finite(x)?;
    let points = Points::new(x);
    let mut labels = points.labels(&points.seeds(clusters, &mut SplitMix::new(seed)), clusters);
    let mut performed = 0;
    while performed < iterations {
        let next = points.labels(&points.means(&labels, clusters), clusters);
        if next == labels {
            break;
        }
        labels = next;
        performed += 1;
    }
    let means = points.means(&labels, clusters);
    let centroids = Array2::from_shape_fn((clusters, x.ncols()), |(cluster, column)| {
        T::from_f64(means[column * clusters + cluster] / points.scale)
    });
    Ok(KMeans { labels: labels.into(), centroids, iterations: performed })
}

/// Points in units in which their squares neither overflow nor all vanish.
struct Points<T> {
    /// M rows of D numbers.
    rows: Vec<T>,
    count: usize,
    dimension: usize,
    /// What the points were multiplied with: a power of 2, so that nothing was rounded.
    scale: f64,
}

impl<T: Scalar> Points<T> {
    fn new(x: &ArrayRef2<T>) -> Self {
        let largest = x.iter().fold(0.0, |largest, x| f64::max(largest, x.to_f64().abs()));
        // The logarithm of 0 is -inf. The scale must be a normal number.
        let scale = 2_f64.powi(-largest.log2().floor().clamp(-1000.0, 1000.0) as i32);
        let rows = x.iter().map(|x| T::from_f64(x.to_f64() * scale)).collect();
        Self { rows, count: x.nrows(), dimension: x.ncols(), scale }
    }

    fn row(&self, point: usize) -> &[T] {
        &self.rows[point * self.dimension..(point + 1) * self.dimension]
    }

    /// Points that lie far from each other, as means to begin with.
    fn seeds(&self, clusters: usize, random: &mut SplitMix) -> Vec<f64> {
        let mut seeds = vec![0.0; clusters * self.dimension];
        // Squared distances from the nearest seed.
        let mut distances = vec![f64::INFINITY; self.count];
        for cluster in 0..clusters {
            let seed = if cluster == 0 { self.any(random) } else { self.drawn(&distances, random) };
            for (column, x) in self.row(seed).iter().enumerate() {
                seeds[column * clusters + cluster] = x.to_f64();
            }
            distances.par_iter_mut().enumerate().with_min_len(1024).for_each(|(point, distance)| {
                let pairs = self.row(point).iter().zip(self.row(seed));
                *distance = distance.min(pairs.map(|(x, s)| (x.to_f64() - s.to_f64()).powi(2)).sum());
            });
        }
        seeds
    }

    /// A point, drawn with equal probabilities.
    fn any(&self, random: &mut SplitMix) -> usize {
        // The product may be rounded up.
        ((random.uniform() * self.count as f64) as usize).min(self.count - 1)
    }

    /// A point, drawn with probabilities in proportion to the squared distances.
    fn drawn(&self, distances: &[f64], random: &mut SplitMix) -> usize {
        let threshold = random.uniform() * distances.iter().sum::<f64>();
        let mut sum = 0.0;
        let reached = distances.iter().position(|distance| {
            sum += distance;
            sum > threshold
        });
        // No distance is positive where there are more clusters than different points.
        reached.unwrap_or_else(|| self.any(random))
    }

    /// The nearest mean of each point, but each mean has a point. Means have shape (D, K), so that lanes run over them.
    fn labels(&self, means: &[f64], clusters: usize) -> Vec<usize> {
        let means: Vec<T> = means.iter().map(|&mean| T::from_f64(mean)).collect();
        let zero = T::from_f64(0.0);
        let nearest = |distances: &mut Vec<T>, point: usize| {
            distances.fill(zero);
            for (column, &x) in self.row(point).iter().enumerate() {
                let means = &means[column * clusters..(column + 1) * clusters];
                for (distance, &mean) in distances.iter_mut().zip(means) {
                    *distance = *distance + (x - mean) * (x - mean);
                }
            }
            least(distances)
        };
        let (mut labels, distances): (Vec<usize>, Vec<T>) =
            (0..self.count).into_par_iter().with_min_len(64).map_init(|| vec![zero; clusters], nearest).unzip();
        fill_empty(&mut labels, &distances, clusters);
        labels
    }

    /// The mean of each cluster, in shape (D, K). Each cluster has a point.
    fn means(&self, labels: &[usize], clusters: usize) -> Vec<f64> {
        let mut sums = vec![0.0; clusters * self.dimension];
        for (point, &label) in labels.iter().enumerate() {
            for (column, x) in self.row(point).iter().enumerate() {
                sums[column * clusters + label] += x.to_f64();
            }
        }
        let sizes = sizes(labels, clusters);
        for (place, sum) in sums.iter_mut().enumerate() {
            *sum /= sizes[place % clusters] as f64;
        }
        sums
    }
}

/// The first of the smallest numbers, of which there is at least one: its position and its value.
fn least<T: Scalar>(numbers: &[T]) -> (usize, T) {
    let smaller = |a: T, b: T| if b < a { b } else { a };
    // The minimum of every eighth number first, so that it is found in lanes, and the position in a second pass.
    let (chunks, rest) = numbers.as_chunks::<8>();
    let mut lanes = [numbers[0]; 8];
    for chunk in chunks {
        for (lane, &number) in lanes.iter_mut().zip(chunk) {
            *lane = smaller(*lane, number);
        }
    }
    let least = lanes.iter().chain(rest).fold(numbers[0], |least, &number| smaller(least, number));
    (numbers.iter().position(|&number| number == least).unwrap_or(0), least)
}

/// The number of points of each cluster.
fn sizes(labels: &[usize], clusters: usize) -> Vec<usize> {
    let mut sizes = vec![0; clusters];
    for &label in labels {
        sizes[label] += 1;
    }
    sizes
}

/// Gives each cluster without points the farthest point of those that are not alone in their cluster.
fn fill_empty<T: Scalar>(labels: &mut [usize], distances: &[T], clusters: usize) {
    let mut sizes = sizes(labels, clusters);
    let empty: Vec<usize> = (0..clusters).filter(|&cluster| sizes[cluster] == 0).collect();
    if empty.is_empty() {
        return;
    }
    let mut farthest: Vec<usize> = (0..labels.len()).collect();
    // Stable: of equals the first.
    farthest.sort_by(|&a, &b| distances[b].to_f64().total_cmp(&distances[a].to_f64()));
    let mut farthest = farthest.into_iter();
    for cluster in empty {
        // As there are at most as many clusters as points, and clusters of one point stay so, one is found.
        if let Some(point) = farthest.find(|&point| sizes[labels[point]] > 1) {
            sizes[labels[point]] -= 1;
            sizes[cluster] = 1;
            labels[point] = cluster;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    /// Blobs around the corners of a hypercube, in turn.
    fn blobs<T: Scalar>(count: usize, dimension: usize, scale: f64) -> Array2<T> {
        let mut random = SplitMix::new(5);
        Array2::from_shape_fn((count, dimension), |(i, k)| {
            T::from_f64(scale * (((i >> k) % 2) as f64 * 10.0 + random.uniform()))
        })
    }

    /// The sum of squared distances of points from their centroids.
    fn spread(x: &Array2<f64>, found: &KMeans<f64>) -> f64 {
        let distances = x.rows().into_iter().zip(&found.labels);
        distances.map(|(x, &label)| (&x - &found.centroids.row(label)).mapv(|d| d * d).sum()).sum()
    }

    #[test]
    fn blobs_are_found() {
        for scale in [1.0, 1e-30, 1e30] {
            let x = blobs::<f32>(160, 2, scale);
            let found = kmeans_cluster(&x, 4, 50, 1).unwrap();
            for (i, &label) in found.labels.iter().enumerate() {
                assert_eq!(label, found.labels[i % 4], "point {i}, scale {scale}");
            }
            let mut distinct = found.labels.to_vec();
            distinct.sort();
            distinct.dedup();
            assert_eq!(distinct, [0, 1, 2, 3]);
            let mean = |k: usize| (0..160).step_by(4).map(|i| f64::from(x[[i, k]])).sum::<f64>() / 40.0;
            for k in 0..2 {
                let centroid = f64::from(found.centroids[[found.labels[0], k]]);
                assert!((centroid - mean(k)).abs() <= 1e-6 * mean(k).abs());
            }
        }
        let x = blobs::<f64>(160, 2, 1e307);
        let found = kmeans_cluster(&x, 4, 50, 1).unwrap();
        assert!(found.labels.iter().enumerate().all(|(i, &label)| label == found.labels[i % 4]));
    }

    #[test]
    fn final_labels_are_those_of_the_nearest_centroid() {
        let mut random = SplitMix::new(3);
        let x = Array2::from_shape_fn((400, 3), |_| random.uniform());
        let found = kmeans_cluster(&x, 13, 1000, 9).unwrap();
        assert!(found.iterations < 1000);
        for (row, &label) in x.rows().into_iter().zip(&found.labels) {
            let distance = |cluster: usize| (&row - &found.centroids.row(cluster)).mapv(|d| d * d).sum();
            assert!((0..13).all(|cluster| distance(label) <= distance(cluster) + 1e-12));
        }
        let spreads: Vec<f64> = (0..4).map(|n| spread(&x, &kmeans_cluster(&x, 13, n, 9).unwrap())).collect();
        assert!(spreads.windows(2).all(|pair| pair[1] <= pair[0]) && spread(&x, &found) < spreads[0]);
        assert_eq!(kmeans_cluster(&x, 13, 1000, 9).unwrap(), found);
        assert_ne!(kmeans_cluster(&x, 13, 1000, 10).unwrap().labels, found.labels);
    }

    #[test]
    fn no_cluster_is_empty() {
        let few = array![[1.0_f64], [1.0], [2.0], [2.0], [2.0], [1.0]];
        for x in [few, Array2::zeros((6, 2)), Array2::zeros((6, 0))] {
            for clusters in 1..=6 {
                let found = kmeans_cluster(&x, clusters, 10, 4).unwrap();
                assert!(sizes(&found.labels.to_vec(), clusters).iter().all(|&size| size > 0), "{clusters} of {x:?}");
                assert!(found.centroids.iter().all(|centroid| centroid.is_finite()));
            }
        }
    }

    #[test]
    fn wrong_input_is_named() {
        let message = |clusters, x| kmeans_cluster(&array![[1.0], [x]], clusters, 1, 0).unwrap_err().to_string();
        let text = "`clusters`: expected at least 1 and at most 2, the number of points, found";
        assert_eq!(message(0, 0.0), format!("{text} 0"));
        assert_eq!(message(3, 0.0), format!("{text} 3"));
        assert!(message(1, f64::INFINITY).starts_with("row 1, column 0 of the points: expected a finite number"));
    }
}
