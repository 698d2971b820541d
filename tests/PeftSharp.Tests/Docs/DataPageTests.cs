using Microsoft.Data.Sqlite;
using PeftSharp.Data;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Tests.Tokenization;
using PeftSharp.Tests.Training;
using PeftSharp.Tokenization;
using PeftSharp.Training;

namespace PeftSharp.Tests.Docs;

/// <summary>The programs of <c>docs/data.md</c>, run with a small model.</summary>
public sealed class DataPageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private enum Topic { Sport, Politics }
    private sealed record Article(string Text, Topic Topic, DateOnly Day);
    private sealed record Review(string Text, bool[] Labels);
    private sealed record Sentence(string[] Words, long[] Tags);

    private static readonly Article[] _articles = [new("The team won.", Topic.Sport, new(2024, 7, 1)), new("The vote is today.", Topic.Politics, new(2024, 7, 2))];

    private static Tokenizer Tokenizer => AutoTokenizer.FromPretrained(Vocabularies.Require("tiny-bert"));

    private static BertConfig Config(int labels) => new()
    {
        VocabSize = 600, HiddenSize = 16, NumHiddenLayers = 1, NumAttentionHeads = 2, IntermediateSize = 16, MaxPositionEmbeddings = 64, NumLabels = labels,
    };

    public void Dispose() => _folder.Dispose();

    private static async IAsyncEnumerable<Article> ReadArticles()
    {
        foreach (var article in _articles)
        {
            await Task.Yield();
            yield return article;
        }
    }

    [Fact]
    public async Task Rows()
    {
        var articles = _articles;
        #region readme-rows
        // enum Topic { Sport, Politics }
        // record Article(string Text, Topic Topic, DateOnly Day);
        var dataset = Dataset.FromRows(articles);                                   // Topic becomes a ClassLabel
        var fromTuples = Dataset.FromRows([("good", 1), ("bad", 0)], "text", "label");
        var fromStream = await Dataset.FromRowsAsync(ReadArticles());               // an IAsyncEnumerable<Article>
        #endregion
        Assert.Equal(new ClassLabel("Sport", "Politics"), dataset.Features["Topic"]);
        Assert.Equal(["text", "label"], fromTuples.ColumnNames);
        Assert.Equal(dataset.Head(), fromStream.Head());
    }

    [Fact]
    public void Head()
    {
        using var written = new StringWriter();
        var dataset = Dataset.FromRows(_articles);
        var output = Console.Out;
        Console.SetOut(written);
        try
        {
            #region readme-head
            Console.WriteLine(dataset.Head(2));
            // Text                Topic                Day
            // string              class          timestamp
            // ------------------  ------------  ----------
            // The team won.       0 (Sport)     2024-07-01
            // The vote is today.  1 (Politics)  2024-07-02
            // 2 of 2 rows, 3 columns
            Console.WriteLine(dataset[0]);      // {Text: "The team won.", Topic: 0, Day: 2024-07-01T00:00:00.0000000}
            #endregion
        }
        finally
        {
            Console.SetOut(output);
        }
        var shown = CodeBlock.RegionOf(File.ReadAllText(Path.Combine(ReferenceRoot.Repository, "tests/PeftSharp.Tests/Docs/DataPageTests.cs")), "head")!.Split("// ").Skip(1).Select(line => line.Split('\n')[0].Trim());
        Assert.Equal(shown, written.ToString().ReplaceLineEndings("\n").Trim().Split('\n').Select(line => line.Trim()));
    }

    [Fact]
    public void Database()
    {
        const string connectionString = "Data Source=:memory:";
        using var connection = new SqliteConnection(connectionString);
        connection.Open();
        using (var create = connection.CreateCommand())
        {
            create.CommandText = "CREATE TABLE articles (body TEXT, topic TEXT); INSERT INTO articles VALUES ('The team won.', 'sport'), ('The vote is today.', 'politics');";
            create.ExecuteNonQuery();
        }
        #region readme-database
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT body AS text, topic AS label FROM articles";
        using var reader = command.ExecuteReader();
        var dataset = Dataset.FromDataReader(reader).ClassEncodeColumn("label");
        #endregion
        Assert.Equal(new ClassLabel("politics", "sport"), dataset.Features["label"]);
    }

    [Fact]
    public void Label_column()
    {
        var tokenizer = Tokenizer;
        using var model = AutoModelForSequenceClassification.FromConfig(Config(labels: 2));
        var arguments = Arguments();
        var dataset = Dataset.FromRows(_articles);
        #region readme-label-column
        var tokenized = dataset.Map(batch => tokenizer.Encode(batch.Text("Text"), truncation: true, maxLength: 64).ToColumns(), batched: true);
        var trainer = new Trainer(model, arguments, tokenized, tokenizer: tokenizer, labelColumn: "Topic");
        trainer.Train();
        #endregion
        Assert.Equal(1, trainer.State.GlobalStep);
    }

    [Fact]
    public void Several_labels()
    {
        var tokenizer = Tokenizer;
        using var model = AutoModelForSequenceClassification.FromConfig(Config(labels: 3));
        var arguments = Arguments();
        string[] names = ["long", "funny", "sad"];
        #region readme-several-labels
        // record Review(string Text, bool[] Labels);
        var reviews = Dataset.FromRows([new Review("A long, sad film.", [true, false, true]), new Review("I laughed.", [false, true, false])]);
        var tokenized = reviews.Map(batch => tokenizer.Encode(batch.Text("Text"), truncation: true, maxLength: 64).ToColumns(), batched: true);
        var trainer = new Trainer(model, arguments, tokenized, tokenized, tokenizer: tokenizer,
            computeMetrics: prediction => prediction.GetMultiLabelReport(names).ToMetrics());
        trainer.Train();
        Console.WriteLine(trainer.Evaluate());                                      // eval_f1_micro, eval_subset_accuracy, …
        Console.WriteLine(trainer.Predict(tokenized).Prediction.GetMultiLabelReport(names, threshold: 0.3));
        #endregion
        Assert.Contains("eval_hamming_loss", trainer.Evaluate().Keys);
    }

    [Fact]
    public void Entities()
    {
        var tokenizer = Tokenizer;
        using var model = AutoModelForTokenClassification.FromConfig(Config(labels: 3));
        var arguments = Arguments();
        #region readme-entities
        // record Sentence(string[] Words, long[] Tags);
        string[] tags = ["O", "B-PER", "I-PER"];
        var sentences = Dataset.FromRows([new Sentence(["Siobhan", "O'Brien", "won", "."], [1, 2, 0, 0]), new Sentence(["We", "met", "Ada"], [0, 0, 1])]);
        var tokenized = sentences.Map(batch =>
        {
            var encoded = tokenizer.EncodeWords(batch["Words"].ToArray<string[]>(), truncation: true, maxLength: 64);
            return new Dictionary<string, Array>(encoded.ToColumns()) { ["labels"] = encoded.AlignLabels(batch["Tags"].ToArray<long[]>()) };
        }, batched: true);
        var trainer = new Trainer(model, arguments, tokenized, tokenized, tokenizer: tokenizer,
            computeMetrics: prediction => prediction.GetEntityReport(tags).ToMetrics());
        trainer.Train();
        Console.WriteLine(trainer.Predict(tokenized).Prediction.GetEntityReport(tags));
        #endregion
        Assert.Contains("eval_f1", trainer.Evaluate().Keys);
        Assert.Equal(2, trainer.Predict(tokenized).Prediction.GetEntityReport(tags).Support);
        Assert.Equal([-100, 1, 2, 0, 0, -100], tokenized[0].Int64s("labels").ToArray().Where((label, i) => label != -100 || i == 0 || i == tokenized[0].Length("labels") - 1));
    }

    private TrainingArguments Arguments() => TinyRun.Arguments(_folder) with { MaxSteps = 1 };
}
