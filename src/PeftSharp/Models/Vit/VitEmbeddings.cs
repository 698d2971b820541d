using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Dropout = PeftSharp.Modeling.Layers.Dropout;      // not TorchSharp's function of the same name
using Parameter = TorchSharp.Modules.Parameter;

namespace PeftSharp.Models.Vit;

/// <summary>The embeddings of a class token and of the patches of an image (transformers' <c>ViTEmbeddings</c>).</summary>
internal sealed class VitEmbeddings : Module<Tensor, bool, Tensor>, IParameterInitializer
{
    [ComponentName(Name = "cls_token")] private readonly Parameter _classToken;
    [ComponentName(Name = "position_embeddings")] private readonly Parameter _positions;
    [ComponentName(Name = "patch_embeddings")] private readonly Module<Tensor, Tensor> _patches;
    [ComponentName(Name = "dropout")] private readonly Module<Tensor, Tensor> _dropout;
    private readonly PatchGrid _grid;

    internal VitEmbeddings(VitConfig config) : base("ViTEmbeddings")
    {
        _grid = config.Grid;
        _classToken = new Parameter(empty(1, 1, config.HiddenSize));
        _positions = new Parameter(empty(1, 1 + _grid.Count, config.HiddenSize));
        _patches = new Patches(_grid, config.HiddenSize);
        _dropout = new Dropout(config.HiddenDropoutProb);
        RegisterComponents();
    }

    /// <param name="pixels">Float [batch, channels, height, width].</param>
    /// <param name="interpolates">Whether images of any size are embedded.</param>
    /// <returns>Float [batch, 1 + patches, hidden].</returns>
    public override Tensor forward(Tensor pixels, bool interpolates)
    {
        using var scope = NewDisposeScope();
        _grid.Check(pixels, interpolates);
        var embedded = ImagePositions.Embed(_patches.call(pixels), _classToken, _positions, _grid, _grid.Of(pixels));
        return _dropout.call(embedded).MoveToOuterDisposeScope();
    }

    void IParameterInitializer.Initialize(string parameter, double standardDeviation) =>
        init.trunc_normal_(parameter == "cls_token" ? _classToken : _positions, 0, standardDeviation);

    /// <summary>The projection of patches, with the name of its module in transformers (<c>ViTPatchEmbeddings</c>).</summary>
    private sealed class Patches : Module<Tensor, Tensor>
    {
        [ComponentName(Name = "projection")] private readonly Module<Tensor, Tensor> _projection;

        internal Patches(PatchGrid grid, int width) : base("ViTPatchEmbeddings")
        {
            _projection = new PatchProjection(grid, width, hasBias: true);
            RegisterComponents();
        }

        public override Tensor forward(Tensor pixels) => _projection.call(pixels);
    }
}
