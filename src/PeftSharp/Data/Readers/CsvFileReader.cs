using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>Reads a CSV file. The types of the columns are inferred by the rules of pandas.</summary>
internal static class CsvFileReader
{
    internal static Dataset Read(DataInput file, DatasetLoadOptions options)
    {
        var delimiter = DelimiterOf(file, options);
        using var reader = new StreamReader(
            DataStream.Open(file, options.Reading), StrictUtf8.Encoding, detectEncodingFromByteOrderMarks: true, bufferSize: 1 << 16);
        return Read(new CsvTokenizer(reader, delimiter, file.ToString()), file, options);
    }

    private static Dataset Read(CsvTokenizer records, DataInput file, DatasetLoadOptions options)
    {
        var fields = new List<string>();
        var names = Names(records, file, options);
        var kept = ColumnChoice.Of(options.Columns, names, file.ToString()).Select(name => Array.IndexOf(names, name)).ToArray();
        var columns = Array.ConvertAll(kept, _ => new List<string?>());
        while (records.Read(fields))
        {
            RequireFields(fields, names, records, file);
            for (var i = 0; i < kept.Length; i++)
                columns[i].Add(options.KeepDefaultNa && CsvTypes.IsNa(fields[kept[i]]) ? null : fields[kept[i]]);
        }
        return Dataset.FromColumns(kept.Select((column, i) => new Column(names[column], options.HasType(names[column])
            ? new ReferenceArrayData<string>([.. columns[i]])         // the text is converted to the declared type later
            : CsvTypes.Infer(columns[i]))
        { IsNamedByFirstLine = options.ColumnNames is null }));
    }

    /// <summary>Returns the delimiter in the options, or the default delimiter for the file extension.</summary>
    internal static char DelimiterOf(DataInput file, DatasetLoadOptions options) => options.Delimiter ?? DefaultDelimiter(file);

    /// <summary>A tab for .tsv files, otherwise a comma.</summary>
    internal static char DefaultDelimiter(DataInput file) =>
        file.Extension.Equals(".tsv", StringComparison.OrdinalIgnoreCase) ? '\t' : ',';

    /// <summary>
    /// Returns the names of the columns from the options. If the options contain no names, reads them from the first line.
    /// </summary>
    internal static string[] Names(CsvTokenizer records, DataInput file, DatasetLoadOptions options)
    {
        if (options.ColumnNames is { } given)
            return [.. given];
        var fields = new List<string>();
        if (!records.Read(fields))
            throw new DatasetException($"'{file}' is empty. The first line must contain the column names.");
        string[] names = [.. fields.Select((name, i) => name.Length > 0 ? name : $"Unnamed: {i}")];
        RequireUniqueNames(names, file);
        return names;
    }

    internal static void RequireFields(List<string> fields, string[] names, CsvTokenizer records, DataInput file)
    {
        if (fields.Count != names.Length)
            throw new DatasetException(
                $"'{file}', line {records.Line}: the line has {Quantity.Of(fields.Count, "field")}, but the file has "
                + $"{Quantity.Of(names.Length, "column")} ({string.Join(", ", names)}). Quote fields that contain the delimiter, or set "
                + "DatasetLoadOptions.Delimiter.");
    }

    private static void RequireUniqueNames(string[] names, DataInput file)
    {
        if (names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } duplicate)
            throw new DatasetException($"'{file}' has {duplicate.Count()} columns named '{duplicate.Key}'. "
                + "Rename them in the file. If the file has no header line, set different names with DatasetLoadOptions.ColumnNames.");
    }
}
