"""What a stream of (seed, purpose) draws, from the definitions: ChaCha8, uniform numbers, the ziggurat.

The key is SHA-256 of the seed's 8 little-endian bytes and the purpose; the block counter starts at 0, the nonce is 0.
Normal numbers are Doornik's ZIGNOR (2005) with 256 layers, whose tables follow from r alone. So methods that begin with a network
drawn anew, or add noise, have golden values too.
"""

import hashlib
import math
import struct

import numpy as np

R = 3.654152885361009  # where the tail begins
SEED = 0  # of a job that names none


def pdf(x):
    return math.exp(-x * x / 2)


def layers():
    """x_0 = v / f(r), x_1 = r, f(x_{i+1}) = f(x_i) + v / x_i, x_256 = 0; v is the area of each layer."""
    v = R * pdf(R) + math.sqrt(math.pi / 2) * math.erfc(R / math.sqrt(2))
    x = [v / pdf(R), R]
    while len(x) < 256:
        x.append(math.sqrt(-2 * math.log(pdf(x[-1]) + v / x[-1])))
    return [*x, 0.0]


X = layers()


def rotated(x, n):
    return ((x << n) | (x >> (32 - n))) & 0xFFFFFFFF


def quarter(s, a, b, c, d):
    for first, second, third, n in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        s[first] = (s[first] + s[second]) & 0xFFFFFFFF
        s[third] = rotated(s[third] ^ s[first], n)


class Stream:
    def __init__(self, seed, purpose):
        self.key = hashlib.sha256(struct.pack("<Q", seed) + purpose.encode()).digest()
        self.block, self.words = 0, []

    def u32(self):
        if not self.words:
            start = [*struct.unpack("<4I", b"expand 32-byte k"), *struct.unpack("<8I", self.key), self.block, 0, 0, 0]
            s = list(start)
            for _ in range(4):
                for column in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)):
                    quarter(s, *column)
                for diagonal in ((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
                    quarter(s, *diagonal)
            self.words = [(a + b) & 0xFFFFFFFF for a, b in zip(s, start)]
            self.block += 1
        return self.words.pop(0)

    def u64(self):
        low = self.u32()
        return low | self.u32() << 32

    def uniform(self, bound):
        """float32 in [-bound, bound): 23 bits."""
        low = np.float32(-bound)
        return np.float32(np.float32(self.u32() >> 9) / np.float32(2**23)) * (np.float32(bound) - low) + low

    def beyond(self):
        """Minus how far a draw lies beyond r."""
        x, y = 1.0, 0.0
        while -2 * y < x * x:
            x, y = (math.log((self.u64() >> 12) / 2**52 + 2**-53) for _ in range(2))
            x /= R
        return x

    def normal(self):
        """float32 of mean 0 and deviation 1."""
        while True:
            bits = self.u64()
            i, u = bits & 0xFF, (bits >> 12) / 2**51 - 1
            x = u * X[i]
            if abs(x) < X[i + 1]:
                return np.float32(x)
            if i == 0:
                return np.float32(math.copysign(R - self.beyond(), u))
            if pdf(X[i + 1]) + (pdf(X[i]) - pdf(X[i + 1])) * ((self.u64() >> 11) / 2**53) < pdf(x):
                return np.float32(x)


def untrained(state, purpose):
    """The tiny network drawn anew for a purpose: convolution normal of variance 2 / (9 outputs), fc uniform within 1 / sqrt(inputs)."""
    random, drawn = Stream(Stream(SEED, purpose).u64(), "initialization"), {}
    for n, v in state.items():
        shape = np.shape(v)
        if n.startswith("conv"):
            deviation = np.sqrt(np.float32(2) / np.float32(9 * shape[0]))
            drawn[n] = np.array([deviation * random.normal() for _ in range(math.prod(shape))], np.float64).reshape(shape)
        elif n.startswith("fc"):
            bound = np.float32(1) / np.sqrt(np.float32(state["fc.weight"].shape[1]))
            drawn[n] = np.array([random.uniform(bound) for _ in range(math.prod(shape))], np.float64).reshape(shape)
        else:
            drawn[n] = np.full(shape, 1.0 if n.endswith(("weight", "running_var")) else 0.0)
    return drawn
