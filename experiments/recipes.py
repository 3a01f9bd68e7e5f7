"""Data sets, and how a network is trained on each, for the experiments about forgetting."""

RECIPES = {
    "mnist": "--data DATA/mnist --architecture mlp --hidden 1000 --activation sigmoid --learning-rate 0.01 --momentum 0.9"
    " --weight-decay 5e-4 --batch-size 128 --schedule constant --normalize none --mix 0.1 --code-kind uniform --epochs 20",
    "fashion": "--data DATA/fashion-mnist --architecture cnn --width 16 --epochs 5",
    "faces": "--data DATA/orl_faces --architecture resnet18 --width 16 --flip --pad-crop 2 --batch-size 32 --epochs 60",
    "cifar": "--data DATA/cifar10 --architecture resnet18 --width 16 --epochs 4 --batch-size 128 --learning-rate 0.1"
    " --pad-crop 4 --flip",
    # The same for a short time, for the audits.
    "mnist-short": "--data DATA/mnist --architecture mlp --hidden 1000 --activation sigmoid --learning-rate 0.01 --momentum 0.9"
    " --weight-decay 5e-4 --batch-size 128 --schedule constant --normalize none --mix 0.1 --code-kind uniform --epochs 8",
    # Between the two, for the depth of forgetting.
    "faces-depth": "--data DATA/orl_faces --image-size 32x32 --architecture cnn --width 16 --batch-size 32 --flip --pad-crop 2 --mix 0.2 --epochs 100",
    "fashion-depth": "--data DATA/fashion-mnist --architecture cnn --width 16 --limit-per-class 2000 --epochs 6",
    "cifar-depth": "--data DATA/cifar10 --architecture resnet18 --width 16 --limit-per-class 2500 --epochs 8 --learning-rate 0.1 --pad-crop 4 --flip",
    # The recipe of mnist-short, whose record is full: every digit, by fewer audits.
    "mnist-every": "--data DATA/mnist --architecture mlp --hidden 1000 --activation sigmoid --learning-rate 0.01 --momentum 0.9"
    " --weight-decay 5e-4 --batch-size 128 --schedule constant --normalize none --mix 0.1 --code-kind uniform --epochs 8",
    # A network that an audit attacks in minutes.
    "cifar-cnn": "--data DATA/cifar10 --architecture cnn --width 16 --limit-per-class 2000 --epochs 6 --learning-rate 0.1 --pad-crop 4 --flip",
    # The same for longer.
    "mnist-long": "--data DATA/mnist --architecture mlp --hidden 1000 --activation sigmoid --learning-rate 0.01 --momentum 0.9"
    " --weight-decay 5e-4 --batch-size 128 --schedule constant --normalize none --mix 0.1 --code-kind uniform --epochs 200",
    "fashion-long": "--data DATA/fashion-mnist --architecture cnn --width 16 --epochs 30",
}
FOLDERS = {"mnist": "mnist", "fashion": "fashion-mnist", "faces": "orl_faces", "cifar": "cifar10",
           "mnist-short": "mnist", "mnist-every": "mnist", "faces-depth": "orl_faces", "fashion-depth": "fashion-mnist", "cifar-depth": "cifar10", "cifar-cnn": "cifar10", "mnist-long": "mnist", "fashion-long": "fashion-mnist"}


def training(name, seed):
    """The words after `unlearn train` for a data set and a seed."""
    return f"{RECIPES[name]} --seed {seed}"
