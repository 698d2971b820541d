#region readme-search-usings
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Prediction;
using PeftSharp.Training;
#endregion

/// <summary>Semantic search: the texts of a collection that are most similar to a query.</summary>
internal static class Search
{
    internal static void Run(string[] args)
    {
        #region readme-search
        Seed.Set(42);
        string[] documents =
        [
            "a parcel that arrived broken can be sent back within thirty days",
            "the invoice is sent by email after the order is shipped",
            "our office in berlin is open from monday to friday",
            "you can change your password in the settings of your account",
            "an order can be paid by card or by bank transfer",
        ];

        // The model: the folder that the first argument names, such as all-MiniLM-L6-v2, or a small one that this program makes.
        using var encoder = SentenceEncoder.FromPretrained(args.FirstOrDefault() ?? SmallBert(documents));
        var embeddings = encoder.Encode(documents, normalizeEmbeddings: true);             // compute once, and store with the documents

        foreach (var query in new[] { "how do i change the password", "can i pay with a card" })
        {
            Console.WriteLine(query);
            foreach (var match in encoder.MostSimilar(encoder.Encode(query, normalizeEmbeddings: true), embeddings, topK: 2))
                Console.WriteLine($"  {match.Score:F3} {documents[match.Index]}");
        }
        Console.WriteLine($"{SentenceEncoder.CosineSimilarity(embeddings[1], embeddings[4]):F3} between the texts about orders");

        // A small model with random weights, so that the program runs without a download. It finds texts with the same words.
        static string SmallBert(IEnumerable<string> texts)
        {
            var words = texts.SelectMany(text => text.Split(' ')).Distinct();
            var folder = Directory.CreateDirectory("small-encoder").FullName;
            File.WriteAllLines(Path.Combine(folder, "vocab.txt"), ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. words]);
            using var model = AutoModel.FromConfig(new BertConfig
            {
                VocabSize = 5 + words.Count(), HiddenSize = 64, NumHiddenLayers = 2, NumAttentionHeads = 4, IntermediateSize = 128,
                MaxPositionEmbeddings = 64,
            });
            model.SavePretrained(folder);
            return folder;
        }
        #endregion
    }
}
