using PeftSharp.Tests.Fuzzing.Readers;

namespace PeftSharp.Tests.Fuzzing;

/// <summary>All readers of files.</summary>
internal static class FuzzReaders
{
    internal static IReadOnlyList<FuzzReader> All { get; } =
    [
        new ConfigReader(), new GenerationConfigReader(), new WeightsReader(), new WeightIndexReader(), new PyTorchFileReader(),
        new AdapterConfigReader(), new AdapterWeightsReader(), new CheckpointReader(), new SentenceFolderReader(),
        new TokenizerJsonReader(), new TokenizerConfigReader(), new SentencePieceReader(), new VocabularyFileReader(),
        new CharsMapReader(), new ChatTemplateReader(), new CsvReader(), new JsonReader(), new LinesReader(), new GzipReader(),
        new ZstdReader(), new ZipReader(), new ArrowFileReader(), new SavedDatasetReader(), new MapCacheReader(), new ParquetReader(),
        new ParquetFeaturesReader(), new DatasetCardReader(), new ImageReader(), new ImageProcessorReader(), new ImageMetadataReader(),
        new HubResponseReader(), new HubCacheReader(), new HubTreeReader(),
    ];

    internal static FuzzReader Get(string name) => All.Single(reader => reader.Name == name);
}
