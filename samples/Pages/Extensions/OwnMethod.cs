#region readme-method-usings
using PeftSharp.Modeling;
using PeftSharp.Tuners;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
#endregion

namespace Pages.Extensions;

#region readme-method-config
public sealed record ParallelConfig : LayerConfig
{
    public override string PeftType => "PARALLEL";

    public int BottleneckSize { get; init; } = 16;                     // the field bottleneck_size

    public override void Validate() => ArgumentOutOfRangeException.ThrowIfLessThan(BottleneckSize, 1);

    protected override Tuner CreateTuner() => new ParallelTuner();
}
#endregion

#region readme-method-tuner
public sealed class ParallelTuner : LayerTuner<ParallelConfig>
{
    protected override string AdaptableLayers => "linear layers";

    protected override IReadOnlyList<ModuleRole> DefaultRoles => [ModuleRole.AttentionOutput, ModuleRole.FeedForwardOut];

    protected override bool CanAdapt(LayerTarget target) => target is LinearTarget;

    protected override LayerAdapter CreateAdapter(LayerTarget target, string path, ParallelConfig config) =>
        new Parallel((LinearTarget)target, config);
}
#endregion

#region readme-method-adapter
public sealed class Parallel : LayerAdapter
{
    private readonly Module<Tensor, Tensor> _down, _up;

    public Parallel(LinearTarget target, ParallelConfig config)
    {
        _down = AddModule("down", target.MoveToLayer(Linear(target.InFeatures, config.BottleneckSize)));
        _up = AddModule("up", target.MoveToLayer(Linear(config.BottleneckSize, target.OutFeatures)));
        using var noGradient = no_grad();
        foreach (var parameter in _up.parameters()) parameter.zero_();          // a new adapter does not change the model
    }

    public override Tensor Forward(Tensor x, Func<Tensor, Tensor> layer) =>
        layer(x) + _up.call(_down.call(x.to(ScalarType.Float32)).tanh());
}
#endregion
