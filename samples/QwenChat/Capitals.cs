using PeftSharp.Tokenization;

/// <summary>Sentences about capitals, on which the small model is trained, and conversations about capitals.</summary>
internal static class Capitals
{
    private static readonly (string Country, string City)[] _capitals =
    [
        ("France", "Paris"), ("Italy", "Rome"), ("Spain", "Madrid"), ("Germany", "Berlin"), ("Norway", "Oslo"), ("Sweden", "Stockholm"),
        ("Finland", "Helsinki"), ("Poland", "Warsaw"), ("Austria", "Vienna"), ("Greece", "Athens"), ("Portugal", "Lisbon"),
        ("Ireland", "Dublin"), ("Hungary", "Budapest"), ("Japan", "Tokyo"), ("China", "Beijing"), ("Kenya", "Nairobi"), ("Egypt", "Cairo"),
        ("Peru", "Lima"), ("Cuba", "Havana"), ("Canada", "Ottawa"), ("Chile", "Santiago"), ("Iceland", "Reykjavik"), ("Latvia", "Riga"),
        ("Nepal", "Kathmandu"),
    ];

    /// <summary>The texts on which the model is trained before it learns to answer.</summary>
    internal static string[] Sentences() => [.. _capitals.SelectMany(pair => new[]
    {
        $"The capital of {pair.Country} is {pair.City}.", $"{pair.City} is the capital of {pair.Country}.",
        $"In {pair.Country} the capital is {pair.City}.", "What is the capital?", "Thank you! You are welcome.",
    })];

    /// <summary>The questions and answers that the model learns from.</summary>
    internal static IEnumerable<ChatMessage[]> Conversations() => _capitals.Select(pair => new ChatMessage[]
    {
        new("user", $"What is the capital of {pair.Country}?"), new("assistant", $"The capital of {pair.Country} is {pair.City}."),
        new("user", "Thank you!"), new("assistant", "You are welcome."),
    });
}
