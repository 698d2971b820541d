using System.Globalization;
using System.Text.RegularExpressions;

namespace PeftSharp.Data;

/// <summary>
/// Determines the files of each split in the branch with converted Parquet files (<c>CONFIGURATION/SPLIT/0000.parquet</c>).
/// </summary>
/// <remarks>
/// A split with very many files is divided into the folders <c>SPLIT-part0</c>, <c>SPLIT-part1</c> and so on. The Hub converts only a part
/// of a very large split, whose folder is then named <c>partial-SPLIT</c>.
/// </remarks>
internal static partial class ConvertedFiles
{
    private const string Partial = "partial-";

    /// <exception cref="DatasetException">A configuration must be chosen or does not exist.</exception>
    internal static DataFilePlan Plan(DataSource source, DatasetLoadOptions options)
    {
        var files = source.List().Select(file => Form().Match(file)).Where(match => match.Success).ToArray();
        string[] names = [.. files.Select(file => file.Groups["name"].Value).Distinct(StringComparer.Ordinal)];
        if (names.Length == 0)
            throw new DatasetException($"{char.ToUpperInvariant(source.Description[0])}{source.Description[1..]} contains no converted "
                + "files (CONFIGURATION/SPLIT/0000.parquet).");
        var name = options.Name ?? (names.Length == 1 ? names[0]
            : names.Contains(CardConfiguration.DefaultName) ? CardConfiguration.DefaultName
            : throw DatasetConfigurations.MustChoose(source.Description, names));
        if (!names.Contains(name))
            throw DatasetConfigurations.Unknown(source.Description, name, names);
        var splits = new OrderedDictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        var partial = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var folder in files.Where(file => file.Groups["name"].Value == name).GroupBy(file => file.Groups["split"].Value))
        {
            var split = folder.Key.StartsWith(Partial, StringComparison.Ordinal) ? folder.Key[Partial.Length..] : folder.Key;
            if (splits.ContainsKey(split))
                throw new DatasetException($"{char.ToUpperInvariant(source.Description[0])}{source.Description[1..]} contains the split "
                    + $"'{split}' of the configuration '{name}' twice, once completely and once in part. Load the files by their names.");
            if (split != folder.Key)
                partial.Add(split, $"{name}/{folder.Key}/*.parquet");
            splits.Add(split, [.. folder.OrderBy(Part).Select(file => file.Value)]);
        }
        return new DataFilePlan(splits, options with { Format = "parquet" })
        {
            Configurations = names,
            Partial = partial,
        };
    }

    private static int Part(Match file) =>
        file.Groups["part"] is { Success: true, Value: var part } ? int.Parse(part, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"\A(?<name>[^/]+)/(?<split>[^/]+?)(-part(?<part>[0-9]{1,6}))?/[^/]+\.parquet\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
