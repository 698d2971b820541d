using static TorchSharp.torch;

namespace PeftSharp.Tuners.Lora;

/// <summary>
/// A low-rank update of an embedding's direction with separately trained column magnitudes (DoRA, Liu et al. 2024, arXiv:2402.09353).
/// </summary>
internal sealed class DoraEmbedding : LoraEmbedding
{
    private readonly DoraMagnitude _magnitude;

    internal DoraEmbedding(EmbeddingTarget target, LoraConfig config, int rank, double scale) : base(target, config, rank, scale)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var magnitude = new DoraMagnitude(target.Weight.detach().t() + scale * B.matmul(A));
        _magnitude = AddModule("lora_magnitude_vector", target.MoveToLayer(magnitude), namesParameters: false);
    }

    public override Tensor Forward(Tensor x, Func<Tensor, Tensor> layer)
    {
        var factor = _magnitude.Factor(Target.Weight.t() + Delta.detach());
        return factor * layer(x) + factor * Update(x);
    }

    public override Tensor MergeWeight(Tensor weight, Tensor original) =>
        _magnitude.Factor(original.t() + Delta) * base.MergeWeight(weight, original);
}
