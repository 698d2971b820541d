namespace PeftSharp.Tests.Fuzzing.Readers;

internal sealed class CsvReader : DataReader
{
    protected override IEnumerable<FuzzSeed> CreateSeeds() =>
    [
        new("types", "data.csv", FuzzFixtures.Utf8(
            "id,text,score,flag\n1,good film,0.5,true\n2,\"bad, \"\"very\"\" bad\",-1e3,false\n3,,NaN,\n")),
        new("lines", "data.csv", FuzzFixtures.Utf8("a,b\r\n\"first\nsecond\",1\r\n\"\",2\r\n\"é🙂\",9223372036854775807\r\n")),
        new("tabs", "data.tsv", FuzzFixtures.Utf8("label\ttext\n0\tx\n1\t\"y\tz\"\n")),
    ];

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed) => TextMutator.Mutate(random, seed.Content,
        "\"", "\"\"", ",", ",,", "\t", "\0", "\"\n", "1e999", "-", "18446744073709551616", "NaN", "inf", "\ufeff", "true", "2020-01-01");
}
