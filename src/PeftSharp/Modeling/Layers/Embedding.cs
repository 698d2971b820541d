using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>A lookup table that returns a row for each id. The row of the padding id, if there is one, is not trained.</summary>
/// <remarks>Thread safety: several threads can call one instance at once, while no thread changes its parameters.</remarks>
public sealed class Embedding : Module<Tensor, Tensor>, IParameterInitializer, IHasWeight
{
    [ComponentName(Name = "weight")] private Parameter _table;
    private readonly long? _paddingId;

    /// <summary>Creates a layer; its weights are not initialized.</summary>
    /// <param name="numEmbeddings">Number of ids: the number of rows of the table.</param>
    /// <param name="embeddingDim">Width of a row.</param>
    /// <param name="paddingId">The id whose row is initialized to zero and is not trained. Null: none.</param>
    public Embedding(long numEmbeddings, long embeddingDim, long? paddingId = null) : base(nameof(Embedding))
    {
        _table = new Parameter(empty(numEmbeddings, embeddingDim));
        _paddingId = paddingId;
        RegisterComponents();
    }

    /// <summary>The table, float [numEmbeddings, embeddingDim].</summary>
    internal Parameter Weight => _table;

    Tensor IHasWeight.Weight => _table;

    /// <summary>
    /// Whether a new table contains sines and cosines of the row index (Vaswani et al. 2017, section 3.5). Default false: normal values.
    /// </summary>
    internal bool IsSinusoidal { get; init; }

    /// <summary>
    /// Factor by which the rows are multiplied, rounded to the type of the table as in transformers' Gemma models. Default 1.
    /// </summary>
    internal double Scale { get; init; } = 1;

    /// <summary>Standard deviation of a new weight. Null: the configuration's <c>initializer_range</c>.</summary>
    internal double? InitialDeviation { get; init; }

    /// <summary>The id whose row is not trained; null if all rows are trained.</summary>
    internal long? PaddingId => _paddingId;

    /// <summary>Returns the rows of the ids.</summary>
    /// <param name="ids">Int64 [...].</param>
    /// <returns>Float [..., embeddingDim].</returns>
    public override Tensor forward(Tensor ids)
    {
        using var scope = NewDisposeScope();
        var rows = _table.index_select(0, ids.reshape(-1)).reshape([.. ids.shape, _table.shape[1]]);
        if (_paddingId is { } padding && rows.requires_grad)
            rows = where(ids.eq(padding).unsqueeze(-1), rows.detach(), rows);   // same values, but no gradient for the padding row
        return ComputePrecision.Of(Scaled(rows)).MoveToOuterDisposeScope();
    }

    /// <summary>Multiplies rows of this width by <see cref="Scale"/>.</summary>
    /// <param name="rows">Float [..., width].</param>
    internal Tensor Scaled(Tensor rows) => Scale == 1 ? rows : rows * tensor(Scale, rows.dtype, rows.device);

    /// <summary>Changes the number of rows; <see cref="VocabularyRows.Resize"/> computes the new rows.</summary>
    internal void Resize(long rows)
    {
        var table = VocabularyRows.Resize(_table, rows);
        _table.Dispose();
        ConditionallyRegisterParameter("weight", _table = table);
    }

    void IParameterInitializer.Initialize(string parameter, double standardDeviation)
    {
        if (IsSinusoidal) FillWithSinusoids();
        else init.normal_(_table, 0, InitialDeviation ?? standardDeviation);
        if (_paddingId is not { } padding) return;
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        _table[padding].zero_();
    }

    private void FillWithSinusoids()
    {
        const double LongestWave = 10000;
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (rows, width) = (_table.shape[0], _table.shape[1]);
        var columns = arange(width, ScalarType.Int64);
        var exponents = columns.div(2, RoundingMode.floor).to(ScalarType.Float64) * (2.0 / width);
        var angles = arange(rows, ScalarType.Float64).unsqueeze(1) / pow(LongestWave, exponents);
        _table.copy_(where(columns.remainder(2).eq(0), angles.sin(), angles.cos()));
    }
}
