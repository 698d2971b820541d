using PeftSharp.Models.Clip;
using PeftSharp.Vision;

/// <summary>
/// A CLIP with random weights, its image processor, and a tokenizer whose vocabulary consists of the words of the captions.
/// </summary>
internal static class SmallClip
{
    private const int Separator = 3;

    internal static string Save(string folder)
    {
        string[] vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "photo", "of", ".", "this", "is",
            .. Shapes.Colors.Select(color => color.Name), .. Shapes.Names];
        var config = new ClipConfig
        {
            TextConfig = new ClipTextConfig
            {
                VocabSize = vocabulary.Length, HiddenSize = 48, IntermediateSize = 96, NumHiddenLayers = 2, NumAttentionHeads = 4,
                MaxPositionEmbeddings = 16, PadTokenId = 0, BosTokenId = 2, EosTokenId = [Separator],
            },
            VisionConfig = new ClipVisionConfig
            {
                HiddenSize = 64, IntermediateSize = 128, NumHiddenLayers = 3, NumAttentionHeads = 4,
                ImageSize = [Shapes.Size], PatchSize = [4],
            },
            ProjectionDim = 32,
        };
        using var model = ClipModel.FromConfig(config);
        model.SavePretrained(folder);
        new ImageProcessor(ImageProcessorConfig.Clip with
        {
            Size = new ImageSize(ShortestEdge: Shapes.Size),
            CropSize = new ImageSize(Shapes.Size, Shapes.Size),
        }).SavePretrained(folder);
        File.WriteAllLines(Path.Combine(folder, "vocab.txt"), vocabulary);
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"),
            """{"tokenizer_class": "BertTokenizer", "model_max_length": 16, "model_input_names": ["input_ids", "attention_mask"]}""");
        return folder;
    }
}
