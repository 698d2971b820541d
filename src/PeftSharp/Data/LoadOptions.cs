namespace PeftSharp.Data;

/// <summary>How files are read by <see cref="Datasets.LoadDataset(string, LoadOptions?)"/>; names and defaults are those of Python's <c>load_dataset</c>.</summary>
public sealed record LoadOptions
{
    /// <summary>"parquet", "json", "csv" or "text"; null (default) goes by the names of the files.</summary>
    public string? Format { get; init; }

    /// <summary>The columns to read, in this order; null (default) reads all. Of a Parquet file only these are decoded; a column that cannot be read does not matter if it is not chosen.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>Types of columns that must not be guessed: with Value("string"), the 007 of a CSV file stays "007". Other columns are typed by what they hold.</summary>
    public IReadOnlyDictionary<string, Feature>? Features { get; init; }

    /// <summary>CSV: what separates the fields; null (default) is the comma, and the tab for .tsv files.</summary>
    public char? Delimiter { get; init; }

    /// <summary>CSV: the names of the columns where the file has no header line; null (default) reads them from its first line.</summary>
    public IReadOnlyList<string>? ColumnNames { get; init; }

    /// <summary>CSV: whether pandas' signs for an absent value (an empty field, NA, NaN, null, None, …) become null. Default true.</summary>
    public bool KeepDefaultNa { get; init; } = true;

    /// <summary>JSON: the field of the one object in the file that holds the rows; null (default) takes the file's rows themselves.</summary>
    public string? Field { get; init; }

    /// <summary>Text: "line" (default), "paragraph" (parted by empty lines) or "document" (the whole file): what makes a row.</summary>
    public string SampleBy { get; init; } = "line";

    /// <summary>Text: whether a line keeps the line feed at its end. Default false.</summary>
    public bool KeepLinebreaks { get; init; }

    /// <exception cref="ArgumentException">An option belongs to another format and would have no effect.</exception>
    internal void ValidateFor(string format, string file)
    {
        (string Name, bool IsSet, string Format)[] options =
        [
            (nameof(Delimiter), Delimiter is not null, "csv"), (nameof(ColumnNames), ColumnNames is not null, "csv"), (nameof(KeepDefaultNa), !KeepDefaultNa, "csv"),
            (nameof(Field), Field is not null, "json"), (nameof(SampleBy), SampleBy != "line", "text"), (nameof(KeepLinebreaks), KeepLinebreaks, "text"),
        ];
        foreach (var option in options)
            if (option.IsSet && option.Format != format)
                throw new ArgumentException($"LoadOptions.{option.Name} is an option of the format {option.Format}, and '{file}' is read as {format}. Remove the option, or set LoadOptions.Format.", option.Name);
    }

    internal void Validate()
    {
        if (Columns is { Count: 0 })
            throw new ArgumentException("No columns are chosen; name at least one, or leave Columns null to read all.", nameof(Columns));
        if (Columns?.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"The column '{twice.Key}' is chosen {twice.Count()} times.", nameof(Columns));
        if (Format is not null && !FileFormat.Names.Contains(Format))
            throw new ArgumentException($"There is no format '{Format}'; the formats are {string.Join(", ", FileFormat.Names)}.", nameof(Format));
        if (SampleBy is not ("line" or "paragraph" or "document"))
            throw new ArgumentException($"Text cannot be sampled by '{SampleBy}'; choose line, paragraph or document.", nameof(SampleBy));
        if (Delimiter is '"' or '\n' or '\r')
            throw new ArgumentException("A quotation mark or a line break cannot separate fields.", nameof(Delimiter));
    }
}
