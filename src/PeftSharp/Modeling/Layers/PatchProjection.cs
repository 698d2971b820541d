using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>Converts each patch of an image to a vector: a convolution whose stride is its width (Dosovitskiy et al. 2020).</summary>
/// <remarks>
/// <para>
/// Because patches do not overlap, the convolution is the product of a matrix of patches and the weight, which the kernels for linear
/// layers compute. The weight has the shape of PyTorch's <c>Conv2d</c>.
/// </para>
/// <para>Thread safety: several threads can call one instance at once, while no thread changes its parameters.</para>
/// </remarks>
internal sealed class PatchProjection : Module<Tensor, Tensor>, IParameterInitializer
{
    [ComponentName(Name = "weight")] private readonly Parameter _weight;
    [ComponentName(Name = "bias")] private readonly Parameter? _bias;
    private readonly PatchGrid _grid;

    /// <param name="grid">The patches of an image.</param>
    /// <param name="width">Width of a vector.</param>
    /// <param name="hasBias">Whether a bias is added.</param>
    internal PatchProjection(PatchGrid grid, int width, bool hasBias) : base(nameof(PatchProjection))
    {
        _grid = grid;
        _weight = new Parameter(empty(width, grid.Channels, grid.PatchHeight, grid.PatchWidth));
        if (hasBias) _bias = new Parameter(empty(width));
        RegisterComponents();
    }

    /// <summary>Standard deviation of a new weight. Null: the configuration's <c>initializer_range</c>.</summary>
    internal double? InitialDeviation { get; init; }

    /// <param name="pixels">Float [batch, channels, height, width].</param>
    /// <returns>Float [batch, patches, width], row by row.</returns>
    public override Tensor forward(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        var (height, width) = (_grid.PatchHeight, _grid.PatchWidth);
        var (rows, columns) = (pixels.shape[2] / height, pixels.shape[3] / width);
        var patches = pixels.narrow(2, 0, rows * height).narrow(3, 0, columns * width).to(_weight.dtype)
            .reshape(-1, _grid.Channels, rows, height, columns, width)
            .permute(0, 2, 4, 1, 3, 5).reshape(-1, rows * columns, _grid.Channels * height * width);
        var weight = ComputePrecision.OfWeight(_weight).flatten(1);
        return Linear.Product(ComputePrecision.Of(patches), weight, ComputePrecision.OfBias(_bias)).MoveToOuterDisposeScope();
    }

    void IParameterInitializer.Initialize(string parameter, double standardDeviation)
    {
        if (parameter == "weight") init.normal_(_weight, 0, InitialDeviation ?? standardDeviation);
        else init.zeros_(_bias!);
    }
}
