using System.Text.RegularExpressions;
using PeftSharp.Tests.Architecture;

namespace PeftSharp.Tests.Docs;

/// <summary>The messages that docs/troubleshooting.md quotes are those that the library writes.</summary>
public sealed partial class TroubleshootingTests
{
    /// <summary>Messages that differ from the text in the source, with the reason.</summary>
    private static readonly string[] _exempt =
    [
        "This application or script uses TorchSharp but doesn't contain a reference to libtorch-…",   // of TorchSharp
        "Torch device type CUDA did not initialise on the current machine",                           // of TorchSharp
        "DefaultCPUAllocator: can't allocate memory",                                                 // of libtorch
        "CUDA out of memory",                                                                         // of libtorch
        "… is not possible while 2 calls of this model are running",                                  // the source adds the s of the plural
    ];

    [Fact]
    public void Every_quoted_message_is_in_the_source()
    {
        var literals = SourceLiterals.Under(Path.Combine(ReferenceRoot.Repository, "src")).Select(literal => literal.Text).ToArray();
        var messages = Messages(File.ReadAllLines(Path.Combine(ReferenceRoot.Repository, "docs", "troubleshooting.md"))).ToArray();
        messages.Should().Contain(_exempt).And.HaveCountGreaterThan(30);
        var absent =
            from message in messages.Except(_exempt)
            from part in Variable().Split(message).Select(part => part.Trim())
            where part.Count(c => c == ' ') >= 2 && !literals.Any(literal => literal.Contains(part, StringComparison.Ordinal))
            select $"'{part}' of '{message}'";
        string.Join('\n', absent).Should().BeEmpty();
    }

    /// <summary>The texts in backticks in the columns of messages and symptoms.</summary>
    private static IEnumerable<string> Messages(string[] lines)
    {
        var column = -1;
        foreach (var line in lines)
        {
            var cells = line.Split('|');
            if (cells.Length < 3) column = -1;                                    // not a row of a table
            else if (column < 0) column = Array.FindIndex(cells, cell => Heading().IsMatch(cell));
            else foreach (Match quoted in Quoted().Matches(cells[column])) yield return quoted.Groups[1].Value;
        }
    }

    [GeneratedRegex("message|symptom")]
    private static partial Regex Heading();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();

    /// <summary>
    /// What differs from message to message: an ellipsis, a quoted name, a word with a digit, a number with its noun, the name of a
    /// library's file, the training or evaluation data; or separates parts: the type of an exception, the end of a sentence.
    /// </summary>
    [GeneratedRegex(
        @"…|(?<!\w)'[^']*'|\S*\d\S*(?: (?:class|element|token)(?:e?s)?\b)?|lib\w+\.so\S*|training(?= data)|^\w+Exception:|(?<=\.) ")]
    private static partial Regex Variable();
}
