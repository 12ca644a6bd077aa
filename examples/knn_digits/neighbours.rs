//! The nearest images of each image, and what they say it shows.

use crate::digits::Digits;
use keops::Scalar;
use keops::prelude::*;
use ndarray::{Array2, ArrayView1};

/// The most neighbours that are looked for.
pub(crate) const MOST: usize = 31;

/// For each image x_i the positions of the 31 nearest images y_j, nearest first; of images at the same distance the
/// one that comes first.
pub(crate) fn nearest<T: Scalar>(x: &Array2<T>, y: &Array2<T>) -> Result<Array2<usize>, Error> {
    formula!("SqDist(x, y)", x = Vi(64), y = Vj(64), reduction = ArgKMin(31)).call(x, y)
}

/// The same in whole numbers, which know no rounding, and by sorting.
pub(crate) fn nearest_by_sorting(x: &Array2<f64>, y: &Array2<f64>) -> Array2<usize> {
    let (x, y) = (x.mapv(|v| v as i64), y.mapv(|v| v as i64));
    let mut all = Array2::zeros((x.nrows(), MOST));
    for (i, image) in x.rows().into_iter().enumerate() {
        let distance = |other: ArrayView1<'_, i64>| image.iter().zip(other).map(|(a, b)| (a - b).pow(2)).sum();
        let mut order: Vec<(i64, usize)> = y.rows().into_iter().map(distance).zip(0..).collect();
        order.sort_unstable();
        all.row_mut(i).iter_mut().zip(order).for_each(|(position, (_, j))| *position = j);
    }
    all
}

/// What the first k neighbours of each image say that it shows: the digit that most of them show, and of several such
/// digits the smallest.
pub(crate) fn read(nearest: &Array2<usize>, k: usize, training: &Digits) -> Vec<usize> {
    let vote = |neighbours: ArrayView1<'_, usize>| {
        let mut votes = [0; 10];
        neighbours.iter().take(k).for_each(|&j| votes[training.labels[j]] += 1);
        // The last of the largest, as `max_by_key` finds it, would be the largest digit.
        (0..10).rev().max_by_key(|&digit| votes[digit]).unwrap_or(0)
    };
    nearest.rows().into_iter().map(vote).collect()
}

/// The positions at which two readings differ.
pub(crate) fn misread(read: &[usize], labels: &[usize]) -> Vec<usize> {
    (0..labels.len()).filter(|&i| read[i] != labels[i]).collect()
}

#[cfg(test)]
mod tests {
    use super::{misread, nearest, nearest_by_sorting, read};
    use crate::digits::{DIGITS, Digits};
    use keops::Scalar;
    use ndarray::{Array2, array};
    use std::path::Path;

    /// What scikit-learn 1.9.1 reads rightly, of 449 images:
    ///
    /// ```python
    /// rows = np.loadtxt("digits.csv", delimiter=",", skiprows=1)
    /// x, y, test = rows[:, :64], rows[:, 64].astype(int), np.arange(len(rows)) % 4 == 3
    /// for k in [1, 2, 3, 5, 7, 9, 15, 21, 31]:
    ///     model = KNeighborsClassifier(k, weights="uniform", algorithm="brute").fit(x[~test], y[~test])
    ///     print(k, (model.predict(x[test]) == y[test]).sum())
    /// ```
    ///
    /// It leaves open which of the training images at the same distance are taken. Here that makes no difference:
    /// sorting by distance and position (`np.argsort(distances, kind="stable")`) gives the same counts.
    const RIGHT: [(usize, usize); 9] =
        [(1, 445), (2, 443), (3, 443), (5, 444), (7, 444), (9, 442), (15, 437), (21, 434), (31, 429)];

    fn check<T: Scalar>() {
        let [training, test] = Digits::read(Path::new(DIGITS)).expect("the file is there").split();
        assert_eq!((training.labels.len(), test.labels.len()), (1348, 449));
        let found =
            nearest(&test.images.mapv(T::from_f64), &training.images.mapv(T::from_f64)).expect("the shapes fit");
        assert_eq!(found, nearest_by_sorting(&test.images, &training.images));
        for (k, right) in RIGHT {
            let wrong = misread(&read(&found, k, &training), &test.labels);
            assert_eq!(449 - wrong.len(), right, "{k} neighbours");
        }
    }

    #[test]
    fn accuracies_are_those_of_scikit_learn() {
        check::<f32>();
        check::<f64>();
    }

    #[test]
    fn the_smallest_of_the_most_frequent_digits_wins() {
        let training = Digits { images: Array2::zeros((5, 64)), labels: vec![7, 2, 7, 2, 9] };
        let nearest = array![[0, 1, 2, 3, 4]];
        for (k, digit) in [(1, 7), (2, 2), (3, 7), (4, 2), (5, 2)] {
            assert_eq!(read(&nearest, k, &training), [digit], "{k} neighbours");
        }
    }
}
