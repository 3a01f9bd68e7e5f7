//! The samples of the training or the test part of a data set.

/// Samples as bytes, `[n, channels, height, width]`, each with a label.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Split {
    shape: [usize; 3],
    pixels: Vec<u8>,
    labels: Vec<u32>,
}

impl Split {
    /// Takes `pixels`, `[n, channels, height, width]`, and `n` labels; `shape` is `[channels, height, width]`.
    ///
    /// # Panics
    /// If a side of the shape is zero or the lengths do not fit together.
    pub fn new(shape: [usize; 3], pixels: Vec<u8>, labels: Vec<u32>) -> Self {
        let sample: usize = shape.iter().product();
        assert!(sample > 0, "samples of shape {shape:?} have no pixels");
        assert_eq!(
            pixels.len(),
            sample * labels.len(),
            "pixels of {} samples",
            labels.len()
        );
        Self {
            shape,
            pixels,
            labels,
        }
    }

    /// How many samples there are.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Channels, height and width of a sample.
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// The label of sample `index`.
    ///
    /// # Panics
    /// If there is no such sample.
    pub fn label(&self, index: usize) -> usize {
        self.labels[index] as usize
    }

    /// All labels, in the order of the samples.
    pub fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// The bytes of sample `index`, `[channels, height, width]`.
    ///
    /// # Panics
    /// If there is no such sample.
    pub fn pixels(&self, index: usize) -> &[u8] {
        let sample = self.sample_len();
        &self.pixels[index * sample..(index + 1) * sample]
    }

    /// The bytes of all samples, `[n, channels, height, width]`.
    pub fn all_pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// The samples whose label is one of `classes`, in the same order.
    pub fn of_classes(&self, classes: &[usize]) -> Split {
        self.keep(|_, label| classes.contains(&label))
    }

    /// The samples whose label is none of `classes`, in the same order.
    pub fn without_classes(&self, classes: &[usize]) -> Split {
        self.keep(|_, label| !classes.contains(&label))
    }

    /// The samples of these indices, in the order given.
    ///
    /// # Panics
    /// If there is no such sample.
    pub fn select(&self, indices: &[usize]) -> Split {
        let mut selected = Split {
            shape: self.shape,
            pixels: Vec::with_capacity(indices.len() * self.sample_len()),
            labels: Vec::with_capacity(indices.len()),
        };
        for &index in indices {
            selected.pixels.extend_from_slice(self.pixels(index));
            selected.labels.push(self.labels[index]);
        }
        selected
    }

    /// The samples for which `wanted(index, label)` holds, in the same order.
    pub(crate) fn keep(&self, mut wanted: impl FnMut(usize, usize) -> bool) -> Split {
        let mut kept = Split {
            shape: self.shape,
            pixels: Vec::new(),
            labels: Vec::new(),
        };
        for index in (0..self.len()).filter(|&index| wanted(index, self.label(index))) {
            kept.pixels.extend_from_slice(self.pixels(index));
            kept.labels.push(self.labels[index]);
        }
        kept
    }

    /// Every label replaced by `order[label]`.
    pub(crate) fn relabel(&mut self, order: &[u32]) {
        self.labels
            .iter_mut()
            .for_each(|label| *label = order[*label as usize]);
    }

    pub(crate) fn sample_len(&self) -> usize {
        self.shape.iter().product()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split() -> Split {
        Split::new(
            [1, 2, 2],
            vec![0, 51, 102, 255, 1, 2, 3, 4, 5, 6, 7, 8],
            vec![0, 1, 0],
        )
    }

    #[test]
    fn classes_are_kept_or_left_out_in_order() {
        let zero = split().of_classes(&[0]);
        assert_eq!((zero.len(), zero.pixels(1)), (2, &[5, 6, 7, 8][..]));
        assert_eq!(split().without_classes(&[0]).labels(), [1]);
        assert!(split().without_classes(&[0, 1]).is_empty());
        assert_eq!(split().of_classes(&[0, 1]), split());
    }

    #[test]
    fn samples_are_selected_in_the_order_given() {
        let selected = split().select(&[2, 0, 2]);
        assert_eq!(selected.labels(), [0, 0, 0]);
        assert_eq!(selected.pixels(0), [5, 6, 7, 8]);
        assert_eq!(selected.pixels(1), split().pixels(0));
        assert!(split().select(&[]).is_empty());
    }

    #[test]
    #[should_panic(expected = "pixels of 2 samples")]
    fn lengths_that_do_not_fit_are_a_bug() {
        Split::new([1, 2, 2], vec![0; 7], vec![0, 1]);
    }
}
