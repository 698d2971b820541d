using System.Globalization;
using PeftSharp.Data;

/// <summary>Recipes that a grammar creates. A model of film reviews was not trained on such texts.</summary>
internal static class Recipes
{
    private static readonly string[] _dishes =
    [
        "pancakes", "onion soup", "apple cake", "bread rolls", "lentil stew", "rice pudding", "plum jam", "herb butter",
    ];
    private static readonly string[] _things =
    [
        "flour", "butter", "honey", "warm milk", "onions", "apples", "lentils", "rice", "salt", "cinnamon", "eggs", "plums",
    ];
    private static readonly string[] _amounts = ["two cups of", "a spoon of", "a pinch of", "half a pound of", "three handfuls of"];
    private static readonly string[] _steps =
    [
        "Stir {0} {1} into the {2}.", "Melt the {1} with the {2} over a low flame.", "Add {0} {1} and wait until the {2} is soft.",
        "Fold the {1} into the {2}, then let it rest for {3} minutes.",
        "Bake it for {3} minutes, until the top is golden.", "Serve it warm, with {0} {1}.",
        "Cut the {1} into small pieces and cover them with {2}.",
    ];

    /// <summary>Creates rows with a recipe in the column <c>text</c>. The same seed gives the same rows.</summary>
    internal static Dataset Make(int count, int seed)
    {
        var random = new Random(seed);
        return Dataset.FromDict(("text", Enumerable.Range(0, count).Select(_ => One(random)).ToArray()));
    }

    private static string One(Random random)
    {
        var steps = Enumerable.Range(0, random.Next(3, 7)).Select(_ =>
            string.Format(
                CultureInfo.InvariantCulture, Pick(_steps), Pick(_amounts), Pick(_things), Pick(_things), random.Next(2, 10) * 5));
        return $"Recipe: {Pick(_dishes)}. {string.Join(" ", steps)}\n";

        string Pick(string[] words) => words[random.Next(words.Length)];
    }
}
