using YamlDotNet.RepresentationModel;

namespace PeftSharp.Data;

/// <summary>
/// Reads the options of a format in a configuration of a dataset card. The options have the same names as in Python's <c>datasets</c> and
/// in pandas.
/// </summary>
internal static class CardOptions
{
    /// <summary>Parameters that change what is read and that this library does not support.</summary>
    private static readonly string[] Refused =
    [
        "header", "index_col", "usecols", "skiprows", "skipfooter", "nrows", "quotechar", "quoting", "doublequote", "escapechar", "comment",
        "thousands", "decimal", "lineterminator", "na_values", "true_values", "false_values", "converters", "dtype", "parse_dates",
        "skipinitialspace", "on_bad_lines", "filters",
    ];

    /// <summary>Adds the options of the configuration to the options of the caller, which have precedence.</summary>
    /// <exception cref="DatasetException">An option is not supported or has an invalid value.</exception>
    internal static DatasetLoadOptions Apply(CardConfiguration configuration, DatasetLoadOptions options)
    {
        foreach (var (name, value) in configuration.Parameters)
            options = (options.Format, name) switch
            {
                ("csv", "sep" or "delimiter") => options with { Delimiter = options.Delimiter ?? Character(configuration, name, value) },
                ("csv", "names" or "column_names") => options with
                {
                    ColumnNames = options.ColumnNames ?? Names(configuration, name, value),
                },
                ("csv", "keep_default_na") => options with { KeepDefaultNa = options.KeepDefaultNa && CardYaml.IsTrue(value) },
                ("json", "field") => options with { Field = options.Field ?? CardYaml.Text(value) },
                ("text", "keep_linebreaks") => options with { KeepLinebreaks = options.KeepLinebreaks || CardYaml.IsTrue(value) },
                ("text", "sample_by") => options with
                {
                    SampleBy = options.SampleBy != TextUnit.Line ? options.SampleBy : Unit(configuration, name, value),
                },
                (_, "columns") => options with { Columns = options.Columns ?? Names(configuration, name, value) },
                (_, "encoding") when CardYaml.Text(value)?.ToLowerInvariant() is "utf8" or "utf-8" => options,
                ("csv" or "text", "encoding" or "encoding_errors") => throw Unsupported(configuration, name, value),
                ("csv" or "parquet", _) when Refused.Contains(name) => throw Unsupported(configuration, name, value),
                _ => options,                                   // as in Python, a parameter that the format does not have is ignored
            };
        return options;
    }

    private static char Character(CardConfiguration configuration, string name, YamlNode value) => CardYaml.Text(value) switch
    {
        [var character] => character,
        @"\t" => '\t',
        _ => throw Unsupported(configuration, name, value),
    };

    private static IReadOnlyList<string> Names(CardConfiguration configuration, string name, YamlNode value)
    {
        var names = CardYaml.Texts(value) ?? throw Unsupported(configuration, name, value);
        if (names.GroupBy(text => text, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } duplicate)
            throw new DatasetException($"The configuration '{configuration.Name}' of the dataset card sets {name} to a list that contains "
                + $"'{duplicate.Key}' {duplicate.Count()} times, but column names must be unique. Load the data files directly "
                + "(dataFiles), and set DatasetLoadOptions.");
        return names;
    }

    private static TextUnit Unit(CardConfiguration configuration, string name, YamlNode value) => CardYaml.Text(value) switch
    {
        "line" => TextUnit.Line,
        "paragraph" => TextUnit.Paragraph,
        "document" => TextUnit.Document,
        _ => throw Unsupported(configuration, name, value),
    };

    private static DatasetException Unsupported(CardConfiguration configuration, string name, YamlNode value) => new(
        $"The configuration '{configuration.Name}' of the dataset card sets {name} to '{CardYaml.Text(value) ?? value.ToString()}', "
        + "which this library does not support. Load the data files directly (dataFiles), and set DatasetLoadOptions.");
}
