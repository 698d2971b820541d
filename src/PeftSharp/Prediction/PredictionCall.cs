namespace PeftSharp.Prediction;

/// <summary>What the caller of a prediction sets beside the texts.</summary>
/// <param name="BatchSize">Maximum number of rows of a batch.</param>
/// <param name="Adapter">The adapter that answers; null: those of the current scope or of <c>SetAdapter</c>.</param>
/// <param name="Progress">Told the number of texts that are done.</param>
/// <param name="CancellationToken">Checked before each batch.</param>
internal readonly record struct PredictionCall(int BatchSize, string? Adapter, IProgress<int>? Progress, CancellationToken CancellationToken);
