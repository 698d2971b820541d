using PeftSharp.Kernels;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using Linear = PeftSharp.Modeling.Layers.Linear;

namespace PeftSharp.Tuners.Lora;

/// <summary>A low-rank update of a linear layer: y = W·x + b + s·B·A·x.</summary>
internal class LoraLinear : MergeableLayerAdapter, ILoraFactors
{
    private readonly Linear _down;
    private readonly Linear _up;

    /// <summary>Creates the adapter and draws the initial values in peft's order.</summary>
    internal LoraLinear(LinearTarget target, LoraConfig config, int rank, double scale)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        (Target, Scale, Dropout) = (target, scale, config.LoraDropout);
        var down = new Linear(target.InFeatures, rank, hasBias: false);
        var up = new Linear(rank, target.OutFeatures, config.LoraBias);
        LinearStart.Fill(down.Weight);
        LinearStart.Fill(up.Weight);
        if (up.Bias is { } bias) LinearStart.FillBias(bias, rank);
        config.InitLoraWeights.Fill(new LoraStart(target, down.Weight, up.Weight, up.Bias, scale));
        _down = AddModule("lora_A", target.MoveToLayer(down));
        _up = AddModule("lora_B", target.MoveToLayer(up));
    }

    protected LinearTarget Target { get; }

    protected double Dropout { get; }

    /// <summary>The factor of B·A: α/r or α/√r.</summary>
    public double Scale { get; }

    /// <summary>A, float [r, inputs].</summary>
    public Tensor A => _down.Weight;

    /// <summary>B, float [outputs, r].</summary>
    public Tensor B => _up.Weight;

    bool ILoraFactors.ArePrunedTransposed => Target.IsTransposed;

    public override Tensor Forward(Tensor x, Func<Tensor, Tensor> layer)
    {
        var result = layer(x);
        var input = Input(x);
        return _up.Bias is null && result.dtype == input.dtype
            ? AddUpdate(result, _down.call(input), ComputePrecision.OfWeight(_up.Weight), Scale)
            : result + Update(input);
    }

    /// <summary>The input of the update: cast to the type of the factors, with dropout in training.</summary>
    protected Tensor Input(Tensor x)
    {
        var input = ComputePrecision.IsActive ? ComputePrecision.Of(x) : x.to(_down.Weight.dtype);
        return IsTraining && Dropout > 0 ? FastDropout.Apply(input, Dropout) : input;
    }

    /// <summary>s·B·A·x.</summary>
    protected Tensor Update(Tensor input) => _up.call(_down.call(input)) * Scale;

    /// <summary>s·B·A, float [outputs, inputs].</summary>
    protected Tensor Delta => B.matmul(A) * Scale;

    public override Tensor MergeWeight(Tensor weight, Tensor original) => weight + Target.TransposeIfNeeded(Delta);

    public override Tensor? MergeBias(Tensor? bias)
    {
        if (_up.Bias is not { } shift) return bias;
        return bias is not null
            ? bias + shift * Scale
            : throw new InvalidOperationException(
                "An adapter with LoraBias cannot be merged into a layer without a bias. Keep it unmerged.");
    }

    /// <summary>Computes result + s·B·(A·x) with one <c>addmm</c>, instead of a matrix multiplication, a scaling and an addition.</summary>
    private static Tensor AddUpdate(Tensor result, Tensor reduced, Tensor up, double scale)
    {
        var (outputs, rank) = (up.shape[0], up.shape[1]);
        return addmm(result.reshape(-1, outputs), reduced.reshape(-1, rank), up.t(), beta: 1, alpha: (float)scale).reshape(result.shape);
    }
}
