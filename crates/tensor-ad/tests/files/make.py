"""Makes the NumPy files beside it, which tests/interop.rs reads. Needs numpy (they were made with 2.4.6)."""
import pathlib
import numpy as np

here = pathlib.Path(__file__).parent
a = np.arange(6, dtype="<f8").reshape(2, 3) / 4 - 0.5
np.save(here / "f8.npy", a)
np.save(here / "f8_fortran.npy", np.asfortranarray(a))
np.save(here / "f4_big_endian.npy", a.astype(">f4"))
np.save(here / "i2.npy", np.array([[-3, 2], [1, 32767]], dtype="<i2"))
np.save(here / "bool.npy", np.array([True, False, True]))
np.save(here / "scalar.npy", np.array(2.5))
np.save(here / "empty.npy", np.zeros((0, 3)))
np.save(here / "complex.npy", np.array([1 + 2j]))
np.save(here / "text.npy", np.array(["a", "bc"]))
np.save(here / "fortran_3d.npy", np.asfortranarray(np.arange(24.0).reshape(2, 3, 4)))
np.savez(here / "stored.npz", x=a, y=np.array([1, 2, 3]))
np.savez_compressed(here / "deflated.npz", x=a, y=np.array([1, 2, 3]))
