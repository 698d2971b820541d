using System.Text;

namespace PeftSharp.Data;

/// <summary>Reads a CSV file; the types of its columns are those that pandas would infer.</summary>
internal static class CsvFileReader
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    internal static Dataset Read(string file, LoadOptions options)
    {
        var delimiter = options.Delimiter ?? (Path.GetExtension(DataStream.WithoutCompression(file)).Equals(".tsv", StringComparison.OrdinalIgnoreCase) ? '\t' : ',');
        using var reader = new StreamReader(DataStream.Open(file), Strict, detectEncodingFromByteOrderMarks: true, bufferSize: 1 << 16);
        return Read(new CsvTokenizer(reader, delimiter, file), file, options);
    }

    private static Dataset Read(CsvTokenizer records, string file, LoadOptions options)
    {
        var fields = new List<string>();
        var names = options.ColumnNames?.ToArray();
        if (names is null)
        {
            if (!records.Read(fields))
                throw new DatasetException($"'{file}' is empty; its first line must name the columns.");
            names = [.. fields.Select((name, i) => name.Length > 0 ? name : $"Unnamed: {i}")];
        }
        RequireDifferent(names, file);
        var kept = ColumnChoice.Of(options.Columns, names, file).Select(name => Array.IndexOf(names, name)).ToArray();
        var columns = Array.ConvertAll(kept, _ => new List<string?>());
        while (records.Read(fields))
        {
            if (fields.Count != names.Length)
                throw new DatasetException($"'{file}', line {records.Line}: the line has {fields.Count} fields, and there are {names.Length} columns ({string.Join(", ", names)}). Quote fields that hold the delimiter, or set LoadOptions.Delimiter.");
            for (var i = 0; i < kept.Length; i++)
                columns[i].Add(options.KeepDefaultNa && CsvTypes.IsAbsent(fields[kept[i]]) ? null : fields[kept[i]]);
        }
        return Dataset.FromColumns(kept.Select((column, i) => new Column(names[column], options.Features?.ContainsKey(names[column]) == true
            ? new ReferenceData<string>([.. columns[i]])         // the caller's type decides, from the text as it stands
            : CsvTypes.Infer(columns[i]))));
    }

    private static void RequireDifferent(string[] names, string file)
    {
        if (names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new DatasetException($"'{file}' names the column '{twice.Key}' {twice.Count()} times; give each column a name of its own, or names by LoadOptions.ColumnNames after removing the header line.");
    }
}
