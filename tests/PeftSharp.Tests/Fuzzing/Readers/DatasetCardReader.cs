using PeftSharp.Data;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>The card of a folder of a dataset: its configurations, patterns of files and types of columns.</summary>
internal sealed class DatasetCardReader : FuzzReader
{
    private const string Card = """
        ---
        license: mit
        configs:
        - config_name: default
          default: true
          data_files:
          - split: train
            path: one/train*.csv
          - split: test
            path:
            - "one/{test,more}.csv"
            - one/[a-c]?.csv
        - config_name: two
          data_dir: one
          data_files: "**/test.csv"
          sep: ","
        dataset_info:
          config_name: default
          features:
          - name: text
            dtype: string
          - name: label
            dtype:
              class_label:
                names: &names
                  '0': neg
                  '1': pos
          - name: other
            sequence: *names
        ---
        # Title
        """;

    internal override int ShortCount => 500;

    protected override IEnumerable<FuzzSeed> CreateSeeds() => [new("card", "README.md", FuzzFixtures.Utf8(Card.ReplaceLineEndings("\n")),
        new Dictionary<string, byte[]>
        {
            ["one/train-1.csv"] = "text,label\na,1\n"u8.ToArray(), ["one/train-2.csv"] = "text,label\nb,0\n"u8.ToArray(),
            ["one/test.csv"] = "text,label\nc,1\n"u8.ToArray(),
        })];

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed) => TextMutator.Mutate(random, seed.Content,
        ": ", "- ", "\n  ", "*", "**/", "../", "/etc/*", "[", "]", "{", "}", "[!", "?", "&x ", "*x", "!!binary ", "!!float .nan", "|\n",
        ">\n", "---\n", "...\n", "\"", "'", "<<: *names", "? ", "null", "~", "\t", "\\", "%", "{a,b,{c,d}}", "@", "`", "\u0085", ", ");

    internal override void Read(string folder, string file)
    {
        foreach (var (_, split) in Datasets.LoadDataset(folder))
            foreach (var _ in split) { }
    }
}
