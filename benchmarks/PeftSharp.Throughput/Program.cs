using PeftSharp.Throughput;

// Measures the public API with the same options as the Python scripts train_step.py, generate.py and tokenize_reviews.py.
return args switch
{
    ["train", .. var rest] => TrainStep.Run(Options.Parse(rest)),
    ["generate", .. var rest] => GenerateTokens.Run(Options.Parse(rest)),
    ["tokenize", .. var rest] => TokenizeReviews.Run(Options.Parse(rest)),
    ["map-cache", .. var rest] => MapCacheRun.Run(Options.Parse(rest)),
    ["probe", .. var rest] => Probe.Run(Options.Parse(rest)),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        train    --model bert-base|minilm|deberta-v3-base|modernbert-base|gpt2|gpt2-tiny|gpt2-medium|gpt2-large|gpt2-xl|smollm2-135m|
                 qwen2.5-0.5b|vit-base --method full|lora --precision fp32|bf16
                 --batch 16 --length 128 --steps 8 --threads 2 --rank 8 --layers 0 --device cpu|cuda --allocator on|off
        generate --model gpt2|gpt2-tiny|smollm2-135m|qwen2.5-0.5b --batch 1 --prompt 32 --new 64 --precision fp32|bf16
                 --threads 2 --runs 3 --beams 1 --device cpu|cuda --allocator on|off
        tokenize --data FILE.jsonl --tokenizers FOLDER --runs 3
        map-cache --tokenizer FOLDER --folder SCRATCH --rows 1000000 --words 12 --what all|tokenizer|map|open
        probe    --threads 2
        Each command prints one line of JSON. With --threads 0 the library chooses the number of threads.
        --allocator on, the default here, sets FastPaths.Allocator = true. The default of the library is false.
        """);
    return 2;
}
