using static TorchSharp.torch;

namespace PeftSharp.Tuners.Lora;

/// <summary>A low-rank update of an embedding: row i of W + s·(B·A)ᵀ.</summary>
internal class LoraEmbedding : MergeableLayerAdapter, ILoraFactors
{
    private readonly AdapterParameter _rows;
    private readonly AdapterParameter _width;

    /// <summary>Creates the adapter and draws the initial values in peft's order.</summary>
    internal LoraEmbedding(EmbeddingTarget target, LoraConfig config, int rank, double scale)
    {
        if (config.LoraBias)
            throw new ArgumentException(
                "LoraBias is not supported for embeddings, which have no bias. Remove embeddings from TargetModules.");
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        (Target, Scale) = (target, scale);
        var (a, b) = (randn(rank, target.NumEmbeddings), randn(target.EmbeddingDim, rank));
        config.InitLoraWeights.FillEmbedding(a, b);
        _rows = AddParameter("lora_embedding_A", target.MoveToLayer(a));
        _width = AddParameter("lora_embedding_B", target.MoveToLayer(b));
    }

    protected EmbeddingTarget Target { get; }

    /// <summary>The factor of B·A: α/r or α/√r.</summary>
    public double Scale { get; }

    /// <summary>A, float [r, rows].</summary>
    public Tensor A => _rows.Value;

    /// <summary>B, float [width, r].</summary>
    public Tensor B => _width.Value;

    bool ILoraFactors.ArePrunedTransposed => true;

    public override Tensor Forward(Tensor x, Func<Tensor, Tensor> layer) => layer(x) + Update(x);

    /// <summary>s·(B·A)ᵀ at the ids of <paramref name="x"/>, float [..., width].</summary>
    protected Tensor Update(Tensor x)
    {
        var rows = A.index_select(1, x.flatten()).t().reshape([.. x.shape, -1]);
        // The padding row is not trained, as in the base model.
        if (Target.PaddingId is { } padding) rows = where(x.eq(padding).unsqueeze(-1), rows.detach(), rows);
        return Target.Scaled(rows.matmul(B.t()) * Scale);
    }

    /// <summary>s·B·A, float [width, rows].</summary>
    protected Tensor Delta => B.matmul(A) * Scale;

    public override Tensor MergeWeight(Tensor weight, Tensor original) => weight + Delta.t();
}
