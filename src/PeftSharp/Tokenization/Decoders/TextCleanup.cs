namespace PeftSharp.Tokenization;

/// <summary>
/// Removes the spaces that joining words adds before punctuation and English contractions; <c>clean_up_tokenization</c> in Python.
/// </summary>
internal static class TextCleanup
{
    private static readonly (string From, string To)[] Rules =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"),
        (" n't", "n't"), (" 'm", "'m"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ];

    internal static string Apply(string text) =>
        Rules.Aggregate(text, (current, rule) => current.Replace(rule.From, rule.To, StringComparison.Ordinal));
}
