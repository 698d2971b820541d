namespace PeftSharp.Prediction;

/// <summary>The parameters of a prediction call other than the texts.</summary>
/// <param name="BatchSize">Maximum number of rows per batch.</param>
/// <param name="Adapter">
/// The adapter to use. Null: the adapters that <c>UseAdapter</c> or <c>SetAdapter</c> has selected.
/// </param>
/// <param name="Progress">Receives a report after each batch.</param>
/// <param name="CancellationToken">Checked before each batch.</param>
internal readonly record struct PredictionCall(
    int BatchSize, string? Adapter, IProgress<PredictionProgress>? Progress, CancellationToken CancellationToken);
