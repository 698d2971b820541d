using System.Text;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>Reads a CSV file. The types of the columns are inferred by the rules of pandas.</summary>
internal static class CsvFileReader
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    internal static Dataset Read(DataInput file, DatasetLoadOptions options)
    {
        var delimiter = options.Delimiter ?? DefaultDelimiter(file);
        using var reader = new StreamReader(
            DataStream.Open(file, options.Reading), Strict, detectEncodingFromByteOrderMarks: true, bufferSize: 1 << 16);
        return Read(new CsvTokenizer(reader, delimiter, file.ToString()), file, options);
    }

    /// <summary>A tab for .tsv files, otherwise a comma.</summary>
    internal static char DefaultDelimiter(DataInput file) =>
        file.Extension.Equals(".tsv", StringComparison.OrdinalIgnoreCase) ? '\t' : ',';

    private static Dataset Read(CsvTokenizer records, DataInput file, DatasetLoadOptions options)
    {
        var fields = new List<string>();
        var names = options.ColumnNames?.ToArray();
        if (names is null)
        {
            if (!records.Read(fields))
                throw new DatasetException($"'{file}' is empty. The first line must contain the column names.");
            names = [.. fields.Select((name, i) => name.Length > 0 ? name : $"Unnamed: {i}")];
        }
        RequireUniqueNames(names, file);
        var kept = ColumnChoice.Of(options.Columns, names, file.ToString()).Select(name => Array.IndexOf(names, name)).ToArray();
        var columns = Array.ConvertAll(kept, _ => new List<string?>());
        while (records.Read(fields))
        {
            if (fields.Count != names.Length)
                throw new DatasetException(
                    $"'{file}', line {records.Line}: the line has {Quantity.Of(fields.Count, "field")}, but the number of columns is "
                    + $"{names.Length} ({string.Join(", ", names)}). Quote fields that contain the delimiter, or set "
                    + "DatasetLoadOptions.Delimiter.");
            for (var i = 0; i < kept.Length; i++)
                columns[i].Add(options.KeepDefaultNa && CsvTypes.IsNa(fields[kept[i]]) ? null : fields[kept[i]]);
        }
        return Dataset.FromColumns(kept.Select((column, i) => new Column(names[column], options.HasType(names[column])
            ? new ReferenceArrayData<string>([.. columns[i]])         // the unchanged text is converted to the type
            : CsvTypes.Infer(columns[i]))
        { IsNamedByFirstLine = options.ColumnNames is null }));
    }

    private static void RequireUniqueNames(string[] names, DataInput file)
    {
        if (names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } duplicate)
            throw new DatasetException($"'{file}' has {duplicate.Count()} columns named '{duplicate.Key}'. "
                + "Rename them in the file, or remove the header line and set DatasetLoadOptions.ColumnNames.");
    }
}
