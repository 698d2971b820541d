using PeftSharp.Hub;

namespace PeftSharp.Data;

/// <summary>
/// Options of <see cref="Datasets.LoadDataset(string, DatasetLoadOptions?, string?, IProgress{DatasetLoadProgress}?, CancellationToken)"/>,
/// with the names and defaults of Python's <c>load_dataset</c>. They also apply to
/// <see cref="Datasets.StreamDataset(string, DatasetLoadOptions?, string?, CancellationToken)"/>.
/// </summary>
public sealed record DatasetLoadOptions
{
    /// <summary>
    /// The name of the configuration of a dataset that has several configurations, such as "mrpc" of GLUE. Default null: the default
    /// configuration of the dataset card.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>
    /// The folder of the data files, relative to the folder or repository. Unless <see cref="DataFiles"/> is set, the names of the files in
    /// this folder determine the splits, even if the dataset card specifies other files. Default null: the folder that the card specifies
    /// (<c>data_dir</c>), or the whole folder or repository.
    /// </summary>
    public string? DataDir { get; init; }

    /// <summary>
    /// The files of each split, as paths or patterns (<c>data/*.csv</c>, <c>**/*.jsonl</c>). They are relative to <see cref="DataDir"/> if
    /// it is set, otherwise to the folder or repository. If the argument <c>path</c> is the name of a format, such as "csv", the current
    /// folder takes the place of the folder or repository. Default null: the files that the dataset card specifies. If the card specifies
    /// no files, the names of the files determine the splits.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? DataFiles { get; init; }

    /// <summary>The branch, tag or commit of a dataset on the Hugging Face Hub. Default null: main.</summary>
    public string? Revision { get; init; }

    /// <summary>
    /// The address, token, cache and network settings for a dataset on the Hugging Face Hub. Default null: the environment variables and
    /// the defaults of <see cref="HubOptions"/>.
    /// </summary>
    public HubOptions? Hub { get; init; }

    /// <summary>The format: "parquet", "json", "csv", "text" or "arrow". Default null: determined by the file extension.</summary>
    public string? Format { get; init; }

    /// <summary>
    /// The columns to read. The dataset has the columns in this order. Only these columns of a Parquet file are decoded, so other columns
    /// may have unsupported types. Default null: all columns.
    /// </summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>
    /// The types of columns, by name. Example: with <c>new Value("string")</c>, the field 007 of a CSV file is read as "007". Default null:
    /// the types that the file or the dataset card declares. Types that neither declares are inferred from the values.
    /// </summary>
    public IReadOnlyDictionary<string, Feature>? Features { get; init; }

    /// <summary>CSV: the field delimiter. Default null: a comma, or a tab for .tsv files.</summary>
    public char? Delimiter { get; init; }

    /// <summary>CSV: the names of the columns of a file without a header line. Default null: the first line contains the names.</summary>
    public IReadOnlyList<string>? ColumnNames { get; init; }

    /// <summary>
    /// CSV: whether the default NA values of pandas (an empty field, NA, NaN, null, None, …) are read as null. Default true.
    /// </summary>
    public bool KeepDefaultNa { get; init; } = true;

    /// <summary>
    /// JSON: the field that contains the rows, if the file is a single object. Default null: the file consists of the rows.
    /// </summary>
    public string? Field { get; init; }

    /// <summary>Text: the part of the file that becomes a row. Default: a line.</summary>
    public TextUnit SampleBy { get; init; }

    /// <summary>Text: whether lines include their line feed. Default false. Requires <see cref="TextUnit.Line"/>.</summary>
    public bool KeepLinebreaks { get; init; }

    /// <summary>The types that the dataset card declares. <see cref="Features"/> has precedence.</summary>
    internal IReadOnlyDictionary<string, Feature> DeclaredFeatures { get; init; } = new Dictionary<string, Feature>();

    /// <summary>Cancels the reading of the files and reports its progress.</summary>
    internal FileReading Reading { get; init; } = FileReading.Unobserved;

    /// <exception cref="ArgumentException">An option belongs to another format and would have no effect.</exception>
    internal void ValidateFor(string format, string file)
    {
        (string Name, bool IsSet, string Format)[] options =
        [
            (nameof(Delimiter), Delimiter is not null, "csv"), (nameof(ColumnNames), ColumnNames is not null, "csv"),
            (nameof(KeepDefaultNa), !KeepDefaultNa, "csv"), (nameof(Field), Field is not null, "json"),
            (nameof(SampleBy), SampleBy != TextUnit.Line, "text"), (nameof(KeepLinebreaks), KeepLinebreaks, "text"),
        ];
        foreach (var option in options)
            if (option.IsSet && option.Format != format)
                throw new ArgumentException(
                    $"DatasetLoadOptions.{option.Name} is an option of the format {option.Format}, but '{file}' is read as {format}. "
                    + "Remove the option, or set DatasetLoadOptions.Format.", option.Name);
    }

    /// <summary>Whether the type of a column is set, so that it is not inferred.</summary>
    internal bool HasType(string column) => Features?.ContainsKey(column) == true || DeclaredFeatures.ContainsKey(column);

    internal void Validate()
    {
        if (Name is "" || DataDir is "" || Revision is "")
            throw new ArgumentException($"DatasetLoadOptions.{(Name is "" ? nameof(Name) : DataDir is "" ? nameof(DataDir)
                : nameof(Revision))} is empty. Set the option to null for the default.");
        if (DataFiles is not null && (DataFiles.Count == 0 || DataFiles.Any(split => split.Value is not { Count: > 0 }
            || split.Value.Any(string.IsNullOrEmpty))))
            throw new ArgumentException("DatasetLoadOptions.DataFiles is empty, or a split has no file or an empty pattern. Name at least "
                + "one file for each split, or set the option to null.", nameof(DataFiles));
        if (Columns is { Count: 0 })
            throw new ArgumentException(
                "DatasetLoadOptions.Columns is empty. Add at least one column, or set the option to null to read all columns.",
                nameof(Columns));
        RequireUnique(Columns, nameof(Columns));
        RequireUnique(ColumnNames, nameof(ColumnNames));
        if (Format is not null && !FileFormat.Names.Contains(Format))
            throw new ArgumentException(
                $"The format '{Format}' is not supported. Supported formats: {string.Join(", ", FileFormat.Names)}.", nameof(Format));
        if (!Enum.IsDefined(SampleBy))
            throw new ArgumentException($"DatasetLoadOptions.SampleBy is {SampleBy}, but must be a member of {nameof(TextUnit)}: "
                + $"{string.Join(", ", Enum.GetNames<TextUnit>())}.", nameof(SampleBy));
        if (KeepLinebreaks && SampleBy != TextUnit.Line)
            throw new ArgumentException($"DatasetLoadOptions.KeepLinebreaks requires TextUnit.Line, but SampleBy is {SampleBy}, for which "
                + "the line breaks inside a row are always kept. Remove one of the two options.", nameof(KeepLinebreaks));
        if (Delimiter is '"' or '\n' or '\r')
            throw new ArgumentException($"DatasetLoadOptions.Delimiter is {(Delimiter == '"' ? "a quotation mark" : "a line break")}, "
                + "but must be another character, such as ';'.", nameof(Delimiter));
    }

    private static void RequireUnique(IReadOnlyList<string>? names, string option)
    {
        if (names?.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } duplicate)
            throw new ArgumentException(
                $"DatasetLoadOptions.{option} contains '{duplicate.Key}' {duplicate.Count()} times. Column names must be unique.", option);
    }
}
