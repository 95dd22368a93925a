"""Where PyTorch runs, and that single precision is single precision."""
import sys

try:
    import torch
except ImportError:
    sys.exit("PyTorch is not installed")

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False


def finish():
    """Waits for the device."""
    if DEVICE.type == "cuda":
        torch.cuda.synchronize()


def describe(mode):
    name = torch.cuda.get_device_name() if DEVICE.type == "cuda" else "CPU: no CUDA device"
    return {"program": f"PyTorch, {mode}" + ("" if DEVICE.type == "cuda" else ", on the CPU"), "version": torch.__version__,
            "cuda": torch.version.cuda, "device": name, "threads": torch.get_num_threads()}
