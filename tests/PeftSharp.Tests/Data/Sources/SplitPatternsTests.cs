using PeftSharp.Data;

namespace PeftSharp.Tests.Data.Sources;

/// <summary>The split of each file. The expected results are those of <c>get_data_patterns</c> in <c>datasets</c>.</summary>
public class SplitPatternsTests
{
    [Theory]
    [InlineData("train.csv test.csv", "train: train.csv; test: test.csv")]
    [InlineData("my_train_file_0.csv my_train_file_1.csv my_eval.csv", "train: my_train_file_0.csv my_train_file_1.csv; test: my_eval.csv")]
    [InlineData("data/train/a.csv data/dev/b.csv", "train: data/train/a.csv; validation: data/dev/b.csv")]
    [InlineData("train/test.csv", "train: train/test.csv")]
    [InlineData("trainer.csv protest.csv", "train: trainer.csv protest.csv")]
    [InlineData("data/train-00000-of-00002-abc.parquet data/train-00001-of-00002-abc.parquet data/random-00000-of-00001.parquet extra.csv",
        "train: data/train-00000-of-00002-abc.parquet data/train-00001-of-00002-abc.parquet; random: data/random-00000-of-00001.parquet")]
    [InlineData("train-00000-of-00001.parquet rare-00000-of-00001.parquet",
        "train: train-00000-of-00001.parquet; rare: rare-00000-of-00001.parquet")]
    [InlineData("train/x.csv train_ids.csv", "train: train/x.csv")]
    [InlineData("sub/test/x.csv my-train.csv", "train: my-train.csv; test: sub/test/x.csv")]
    [InlineData("valid-train.csv", "train: valid-train.csv; validation: valid-train.csv")]
    public void Names_determine_the_split(string files, string expected) =>
        string.Join("; ", SplitPatterns.Divide(files.Split(' ')).Select(split => $"{split.Key}: {string.Join(' ', split.Value)}"))
            .Should().Be(expected);
}
