using PeftSharp.Generation;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Gpt2;
using PeftSharp.Tokenization;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Generation;

/// <summary>A small GPT-2 with random weights and its tokenizer; options can make it write a given text.</summary>
internal sealed class TinyWriter : IDisposable
{
    internal const int Positions = 64;

    internal TinyWriter()
    {
        Tokenizer = AutoTokenizer.FromPretrained(ReferenceRoot.Tokenizers("tiny-gpt2"));
        manual_seed(2);
        Model = AutoModelForCausalLM.FromConfig(new Gpt2Config
        {
            VocabSize = Tokenizer.Count, NPositions = Positions, NEmbd = 16, NLayer = 2, NHead = 2, BosTokenId = Tokenizer.EosTokenId,
            EosTokenId = [Tokenizer.EosTokenId!.Value],
        });
        Model.eval();
    }

    internal PretrainedModel Model { get; }

    internal Tokenizer Tokenizer { get; }

    internal int Eos => Tokenizer.EosTokenId!.Value;

    internal int[] Ids(string text) => Tokenizer.Encode(text).Ids;

    /// <summary>Options with which the model writes <paramref name="tokens"/> after <paramref name="prompt"/> and ends there.</summary>
    internal static GenerationConfig Script(int[] prompt, int[] tokens)
    {
        int[] all = [.. prompt, .. tokens];
        return new GenerationConfig
        {
            MaxNewTokens = tokens.Length,
            SequenceBias = [.. Enumerable.Range(prompt.Length, tokens.Length).Select(place => new SequenceBias(all[..(place + 1)], 1e4))],
        };
    }

    internal static long[][] Rows(Tensor ids) => [.. ids.data<long>().ToArray().Chunk((int)ids.shape[1])];

    public void Dispose() => Model.Dispose();
}
