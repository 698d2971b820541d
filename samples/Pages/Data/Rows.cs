#region readme-rows-usings
using PeftSharp.Data;
#endregion

namespace Pages.Data;

/// <summary>Rows from objects, value tuples and an asynchronous sequence.</summary>
internal static class Rows
{
    internal static async Task Run()
    {
        #region readme-rows
        Article[] articles =
        [
            new("The team won.", Topic.Sport, new DateOnly(2024, 7, 1)),
            new("The vote is today.", Topic.Politics, new DateOnly(2024, 7, 2)),
        ];
        var dataset = Dataset.FromRows(articles);                            // the enum Topic becomes a ClassLabel
        var fromTuples = Dataset.FromRows([("good", 1), ("bad", 0)], "text", "label");
        var fromStream = await Dataset.FromRowsAsync(ReadArticles());

        Console.WriteLine(dataset.Head(2));
        // Text                Topic                Day
        // string              class          timestamp
        // ------------------  ------------  ----------
        // The team won.       0 (Sport)     2024-07-01
        // The vote is today.  1 (Politics)  2024-07-02
        // 2 of 2 rows, 3 columns
        Console.WriteLine(dataset[0]);
        // {Text: "The team won.", Topic: 0, Day: 2024-07-01T00:00:00.0000000}
        Console.WriteLine(fromTuples[1]);
        // {text: "bad", label: 0}
        Console.WriteLine(fromStream.Count);
        // 2

        async IAsyncEnumerable<Article> ReadArticles()
        {
            foreach (var article in articles)
            {
                await Task.Yield();                                          // a real program reads from a file or a service here
                yield return article;
            }
        }
        #endregion
    }

    #region readme-rows-types
    internal enum Topic { Sport, Politics }

    internal sealed record Article(string Text, Topic Topic, DateOnly Day);
    #endregion
}
