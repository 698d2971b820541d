using System.Globalization;
using PeftSharp.Data;

/// <summary>
/// Film reviews that a grammar creates. Each pattern contains a good and a bad word, in either order. Therefore, the label cannot be found
/// by counting words; the model must read the sentence.
/// </summary>
internal static class Reviews
{
    private static readonly string[] _good =
    [
        "superb", "moving", "brilliant", "charming", "gripping", "wonderful", "clever", "fresh", "tender", "memorable", "delightful",
        "honest",
    ];
    private static readonly string[] _bad =
    [
        "dull", "clumsy", "boring", "awful", "lazy", "tedious", "shallow", "messy", "hollow", "painful", "predictable", "noisy",
    ];
    private static readonly string[] _parts =
    [
        "acting", "plot", "music", "script", "ending", "camera work", "cast", "story", "pacing", "dialogue", "humor", "direction",
    ];

    /// <summary>{0}: the part of the film. {1}: the opposite of the opinion. {2}: the opinion, which determines the label.</summary>
    private static readonly string[] _patterns =
    [
        "Everyone told me the {0} would be {1}, but I found it {2}.", "I expected a {1} film and got a {2} one.",
        "Critics called the {0} {1}. They are wrong: it is {2}.",
        "The {0} is far from {1}; it is {2}.", "It is not {1} but {2}.", "The {0} is less {1} than {2}.",
        "What began as {1} became {2} by the end.",
        "The trailer was {1}, the film itself {2}.", "The {0} was never {1}, always {2}.",
        "The {0} turned out {2}, although the book was {1}.", "Instead of {1} we get {2} {0}.",
        "I call the {0} {2}, whatever others say about its {1} moments.",
    ];

    private static readonly string[] _asides =
    [
        "", "", "I saw it with my sister on a rainy Sunday. ", "The hall was almost empty. ", "We watched it twice. ",
        "My friends chose it. ", "It runs for two hours. ",
    ];

    /// <summary>Creates rows with <c>text</c> and <c>label</c> (1: the writer liked the film). The same seed gives the same rows.</summary>
    internal static Dataset Make(int count, int seed)
    {
        var random = new Random(seed);
        var reviews = Enumerable.Range(0, count).Select(_ => One(random)).ToArray();
        return Dataset.FromDict(("text", reviews.Select(review => review.Text)), ("label", reviews.Select(review => review.Label)));
    }

    private static (string Text, int Label) One(Random random)
    {
        var liked = random.Next(2);
        var (good, bad) = (Pick(_good), Pick(_bad));
        var (first, second) = liked == 1 ? (bad, good) : (good, bad);
        var sentence = string.Format(CultureInfo.InvariantCulture, Pick(_patterns), Pick(_parts), first, second);
        return (random.Next(2) == 0 ? Pick(_asides) + sentence : $"{sentence} {Pick(_asides)}".TrimEnd(), liked);

        string Pick(string[] words) => words[random.Next(words.Length)];
    }
}
