"""Writes kernels.pt beside it: calls of torch's kernels for gradients that its Rust bindings cannot call.

    python3 kernels.py            # needs no torch
    python3 kernels.py --check    # says whether the file is what this script writes

The bindings have no function for kernels that take a mask of the outputs that are wanted, as `convolution_backward` and
`native_batch_norm_backward` do. Libtorch's interpreter has: it reads such an archive, whose code is the text below. Nothing
is computed here. Every byte is determined by this script.
"""

import io
import pathlib
import sys
import zipfile

FILE = pathlib.Path(__file__).with_suffix(".pt")

CODE = """\
class Kernels(Module):
  def convolution_weight_gradient(self: __torch__.Kernels, delta: Tensor, input: Tensor, weight: Tensor, stride: List[int], padding: List[int], groups: int) -> Tensor:
    _0, gradient, _1 = torch.convolution_backward(delta, input, weight, None, stride, padding, [1, 1], False, [0, 0], groups, [False, True, False])
    return gradient
  def batch_norm_gradients(self: __torch__.Kernels, delta: Tensor, input: Tensor, weight: Tensor, mean: Tensor, inverse: Tensor, epsilon: float) -> Tuple[Tensor, Tensor, Tensor]:
    of_input, of_weight, of_bias = torch.native_batch_norm_backward(delta, input, weight, None, None, mean, inverse, True, epsilon, [True, True, True])
    return (of_input, of_weight, of_bias)
"""

# What TorchScript looks for, in the second protocol of pickle: an object of that class without fields, and no constants.
ENTRIES = {
    "data.pkl": b"\x80\x02c__torch__\nKernels\n)\x81}b.",
    "code/__torch__.py": CODE.encode(),
    "constants.pkl": b"\x80\x02).",
    "version": b"3\n",
}


def archive():
    """The bytes of the file; entries without a time, not compressed."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as out:
        for name, content in ENTRIES.items():
            entry = zipfile.ZipInfo(f"kernels/{name}")
            entry.create_system = 3
            out.writestr(entry, content)
    return file.getvalue()


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        sys.exit(None if FILE.read_bytes() == archive() else f"{FILE.name} is not what {FILE.with_suffix('.py').name} writes")
    FILE.write_bytes(archive())
