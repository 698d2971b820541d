namespace PeftSharp.Modeling.Layers;

/// <summary>The scores of <see cref="DisentangledSelfAttention"/> that depend on relative positions.</summary>
/// <param name="IsUsed">
/// Whether the scores are computed. If not, <paramref name="ContentToPosition"/> and <paramref name="PositionToContent"/> only change the
/// factor of the scores, as in transformers.
/// </param>
/// <param name="ContentToPosition">Whether a query's content is compared with the key's position (<c>c2p</c>).</param>
/// <param name="PositionToContent">Whether a query's position is compared with the key's content (<c>p2c</c>).</param>
/// <param name="SharesProjections">Whether the query and key projections of the content are also applied to positions.</param>
internal sealed record DisentangledSettings(bool IsUsed, bool ContentToPosition, bool PositionToContent, bool SharesProjections);
