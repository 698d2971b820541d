#region readme-search-usings
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Prediction;
using PeftSharp.Tokenization;
using PeftSharp.Training;
#endregion

/// <summary>Semantic search: the texts of a collection that are most similar to a query.</summary>
internal static class Search
{
    internal static void Run()
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

        // A small new model, which finds texts with the same words. A published one: SentenceEncoder.FromPretrained(folder).
        var tokenizer = new WordPieceTrainer().Train(documents);
        var config = new BertConfig { HiddenSize = 64, NumHiddenLayers = 2, NumAttentionHeads = 4, IntermediateSize = 128 };
        using var model = AutoModel.FromConfig(config.WithTokenizer(tokenizer));
        using var encoder = new SentenceEncoder(model, tokenizer);
        var embeddings = encoder.Encode(documents, normalizeEmbeddings: true);             // compute once, and store with the documents

        foreach (var query in new[] { "how do i change the password", "the order is paid by card" })
        {
            Console.WriteLine(query);
            foreach (var match in encoder.MostSimilar(encoder.Encode(query, normalizeEmbeddings: true), embeddings, topK: 2))
                Console.WriteLine($"  {match.Score:F3} {documents[match.Index]}");
        }
        Console.WriteLine($"{SentenceEncoder.CosineSimilarity(embeddings[1], embeddings[4]):F3} between the texts about orders");
        #endregion
    }
}
