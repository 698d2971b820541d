using System.Text.RegularExpressions;
using System.Xml.Linq;
using PeftSharp.MLTokenizers;
using PeftSharp.Vision;

namespace PeftSharp.Tests.Architecture;

/// <summary>The documentation and the messages use the terms of .NET and PyTorch, not idioms that a reader must decode.</summary>
public sealed partial class WordingTests
{
    /// <summary>Regular expressions of idioms, and what to write instead.</summary>
    private static readonly (Regex Idiom, string Instead)[] _idioms =
    [.. new[]
    {
        (@"no numbers?", "NaN, or: not a number"),
        (@"what is no", "the noun that is meant"),
        (@"(go|goes|gone|going|went) on", "resume, continue"),
        (@"served", "supported"),
        (@"looked at", "checked"),
        (@"(on|of|for) the processor", "the CPU"),
        (@"mend(s|ed|ing)?", "fix, patch"),
        (@"there are (?!any\b)\w+, \w+", "Supported types: …"),
        (@"(?<!but )there are …\.?$", "Supported types: …"),
        (@"twins?", "the reference implementation"),
        (@"by the hour", "the measured time"),
        (@"whole numbers?", "an integer"),
        (@"told", "called with, receives, reports"),
        (@"(a|each|every|per|this|one|their|its) turns?", "an iteration, in order"),
        (@"(a|each|every|per|this|one) rounds?", "an iteration"),
        (@"writes? on", "generates"),
        (@"greatest", "the largest, the maximum"),
        (@"tokens? (\w+ )?not come", "are never generated"),
        (@"stays? (so|as it was)", "is not changed, propagates NaN"),
        (@"own words", "the error message"),
        (@"whoever", "the caller, the code that"),
        (@"seen from the layer", "detected from the layer"),
        (@"as found", "unchanged"),
        (@"often the data is seen", "the number of epochs"),
        (@"start of every random", "the random seed"),
        (@"rows of a forward pass", "the batch size"),
        (@"to be named|names? hidden tokens", "predicts masked tokens"),
        (@"behind the mask", "replaced by the mask token"),
        (@"right of the diagonal", "above the diagonal"),
        (@"longest gradient", "the largest gradient norm"),
        (@"of before", "the earlier"),
        (@"second cache", "the L2 cache"),
        (@"a switch goes back", "turning it off selects"),
    }.Select(pair => (new Regex($@"(?<!\w)(?:{pair.Item1})(?!\w)", RegexOptions.IgnoreCase), pair.Item2))];

    [Fact]
    public void Documentation_and_messages_contain_no_idioms()
    {
        var texts = Documentation().Concat(SourceLiterals.Under(Path.Combine(ReferenceRoot.Repository, "src")));
        string.Join('\n', texts.SelectMany(text => Idioms(text.Text).Select(found => $"{text.Place}: {found}"))).Should().BeEmpty();
    }

    [Theory]
    [InlineData("What is no number stays so.")]
    [InlineData("Of the result, what is right of the diagonal; it is left as it was")]
    [InlineData("The checkpoint cannot be gone on from")]
    [InlineData("model_type 'llama' is not served")]
    [InlineData("'…' is another type; there are …")]
    [InlineData("each has a plain twin that gives the same numbers, to which a switch goes back")]
    [InlineData("A model that writes on, token by token")]
    [InlineData("Looked at before each step")]
    public void The_idioms_of_the_style_guide_are_found(string text) => Idioms(text).Should().NotBeEmpty();

    [Theory]
    [InlineData("Propagates NaN.")]
    [InlineData("Supported types: bert, gpt2.")]
    [InlineData("The scores after the logits processor, turned off, rounded to the nearest integer; there are 2 labels and 3 scores.")]
    public void Plain_sentences_are_accepted(string text) => Idioms(text).Should().BeEmpty();

    private static IEnumerable<string> Idioms(string text) =>
        from pair in _idioms
        let match = pair.Idiom.Match(text)
        where match.Success
        select $"instead of '{match.Value}' write: {pair.Instead} ('{text}')";

    private static IEnumerable<(string Place, string Text)> Documentation() =>
        from assembly in new[] { typeof(PeftSharpException).Assembly, typeof(MLTokenizer).Assembly, typeof(RgbImage).Assembly }
        from member in XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member")
        from part in member.Elements()
        select (member.Attribute("name")!.Value, WhiteSpace().Replace(part.Value, " ").Trim());

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
