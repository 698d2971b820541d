using PeftSharp.Generation;
using PeftSharp.Models;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>generation_config.json: the file, and generation with a model of its folder.</summary>
internal sealed class GenerationConfigReader : FuzzReader
{
    private static readonly byte[] _all = FuzzFixtures.Utf8("""
        {"_from_model_config": true, "bos_token_id": 1, "eos_token_id": [2, 3], "pad_token_id": 0, "max_length": 8, "max_new_tokens": 3,
        "min_length": 0, "min_new_tokens": 1, "do_sample": true, "temperature": 0.7, "top_k": 5, "top_p": 0.9, "min_p": 0.05,
        "typical_p": 0.9, "epsilon_cutoff": 0.0003, "eta_cutoff": 0.0003, "top_h": 0.4, "num_beams": 2, "length_penalty": 1.1,
        "early_stopping": "never", "num_return_sequences": 2, "repetition_penalty": 1.2, "no_repeat_ngram_size": 2,
        "bad_words_ids": [[5], [6, 7]], "sequence_bias": [[[8], 1.5]], "suppress_tokens": [9], "begin_suppress_tokens": [10],
        "forced_bos_token_id": 4, "forced_eos_token_id": 2, "exponential_decay_length_penalty": [2, 1.1], "remove_invalid_values": true,
        "renormalize_logits": true, "max_time": 2.0, "stop_strings": ["x"], "use_cache": true, "cache_implementation": null,
        "transformers_version": "5.23.0"}
        """);

    internal override int ShortCount => 150;

    protected override IEnumerable<FuzzSeed> CreateSeeds() =>
        FuzzFixtures.Folders("reference", "generation").SelectMany(folder => (FuzzSeed[])[
            Seed(folder), Seed(folder) with { Name = "all fields", Content = _all },
        ]);

    private static FuzzSeed Seed(string folder) =>
        FuzzSeed.OfFolder(folder, "generation_config.json", file => file is "model.safetensors" or "config.json");

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed) => JsonMutator.Mutate(random, seed);

    internal override void Read(string folder, string file)
    {
        using var scope = NewDisposeScope();
        GenerationConfig.FromPretrained(folder);
        using var model = AutoModelForCausalLM.FromPretrained(folder);
        // The file is valid; only what it asks for may be refused now.
        try { model.Generate((int[])[1, 2], new GenerationOptions { MaxNewTokens = 3, Seed = 1 }); }
        catch (ArgumentException) { }
    }
}
