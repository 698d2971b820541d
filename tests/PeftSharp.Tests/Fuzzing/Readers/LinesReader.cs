namespace PeftSharp.Tests.Fuzzing.Readers;

internal sealed class LinesReader : DataReader
{
    internal override int ShortCount => 400;

    protected override IEnumerable<FuzzSeed> CreateSeeds() =>
        [new("lines", "data.txt", FuzzFixtures.Utf8("first\nsecond é🙂\r\n\n\nlast\u2028line"))];

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed) => random.OneIn(3)
        ? ByteMutator.Mutate(random, seed.Content) : TextMutator.Mutate(random, seed.Content, "\r", "\n\n", "\0", "\ufeff");
}
