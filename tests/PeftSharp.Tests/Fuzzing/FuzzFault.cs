using System.Globalization;

namespace PeftSharp.Tests.Fuzzing;

/// <summary>What went wrong with an input.</summary>
/// <param name="Number">The number of the input.</param>
/// <param name="Kind">Faults of one kind are reported together: the type of the exception and where it was thrown, or the limit.</param>
/// <param name="Message">The details.</param>
internal sealed record FuzzFault(long Number, string Kind, string Message)
{
    private const char Separator = '\t';

    internal string ToLine() => string.Join(Separator, Number.ToString(CultureInfo.InvariantCulture), Clean(Kind), Clean(Message));

    internal static FuzzFault FromLine(string line)
    {
        var parts = line.Split(Separator);
        return new FuzzFault(long.Parse(parts[0], CultureInfo.InvariantCulture), parts[1], parts[2]);
    }

    /// <summary>An exception that is not documented.</summary>
    internal static FuzzFault Of(long number, Exception error)
    {
        var places = error.ToString().Split('\n').Where(line => line.TrimStart().StartsWith("at ", StringComparison.Ordinal))
            .Select(line => line.Trim()).ToArray();
        var own = places.FirstOrDefault(line => line.Contains("PeftSharp.", StringComparison.Ordinal));
        var shown = places.Select(Short).Where((line, index) => index == 0 || line != Short(places[index - 1])).Take(14);
        return new FuzzFault(number, $"{error.GetType().Name} {(own is null ? "" : Short(own))}",
            $"{error.GetType()}: {Cut(error.Message)} | {string.Join(" | ", shown)}");
    }

    private static string Short(string line) =>
        line.Split(" in ")[0] + (line.LastIndexOf(":line", StringComparison.Ordinal) is > 0 and var at ? line[at..] : "");

    private static string Cut(string text) => text.Length > 400 ? text[..400] + "…" : text;

    private static string Clean(string text) => text.Replace('\t', ' ').ReplaceLineEndings(" ");
}
