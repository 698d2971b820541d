using PeftSharp.Data;

/// <summary>
/// News sentences that a grammar creates, with a tag for each word. Many names belong to several types: Paris is a person, a city, and a
/// part of "Paris University". Therefore, the model must read the sentence. The test sentences also contain names that are in no training
/// sentence.
/// </summary>
internal static class Sentences
{
    private static readonly string[] _firstNames =
    [
        "Anna", "Ben", "Paris", "Jordan", "Sofia", "Austin", "Florence", "Chelsea", "Victoria", "Carlos", "Mei", "Yusuf", "Ingrid", "Pavel",
        "Amina", "Madison", "Kofi", "Elena", "Georgia", "Hiroshi", "Lucas", "Fatima", "Oscar", "Priya", "Tomas", "Nadia", "Samuel", "Leila",
        "Viktor", "Chloe", "Omar", "Greta", "Diego", "Sakura", "Ivan", "Maria", "Felix", "Zara", "Emil", "Rosa",
    ];
    private static readonly string[] _lastNames =
    [
        "Ford", "Lincoln", "Washington", "Houston", "Jackson", "Novak", "Okafor", "Larsen", "Tanaka", "Moreau", "Berlin", "London",
        "Schmidt", "Rossi", "Haddad", "Petrov", "Bell", "Sydney", "Costa", "Nguyen", "Meyer", "Silva", "Kowalski", "Andersen", "Garcia",
        "Sato", "Dubois", "Becker", "Ali", "Horvat", "Lopez", "Singh", "Virtanen", "Papadakis", "Murphy", "Jansen", "Ricci", "Weber",
    ];
    private static readonly string[] _places =
    [
        "Paris", "Jordan", "Sofia", "Austin", "Florence", "Victoria", "Lincoln", "Washington", "Houston", "Berlin", "London", "Sydney",
        "Georgia", "Madison", "New York", "Cape Town", "Oslo", "Lima", "Buenos Aires", "Hong Kong", "Vienna", "Cairo", "Toronto",
        "Helsinki", "Mumbai", "Dublin", "Seoul", "Warsaw", "Lagos", "Zagreb", "Athens", "Havana", "Nairobi", "Kyoto", "Tel Aviv", "Porto",
    ];
    private static readonly string[] _companies = ["{0} Motors", "{0} Airlines", "{0} & Sons", "{0} Bank", "{0}", "{0} Group"];
    private static readonly string[] _institutions = ["{0} University", "Bank of {0}", "University of {0}", "{0} Museum", "{0} United"];

    /// <summary>{P}: a person. {L}: a place. {O}: an organization.</summary>
    private static readonly string[] _patterns =
    [
        "{P} was born in {L} and works for {O} .", "The head office of {O} is in {L} .", "{O} hired {P} last year .",
        "{P} flew from {L} to {L} on Monday .", "Shares of {O} fell after {P} left the company .",
        "According to {P} , the old town of {L} will be rebuilt .", "{P} told {P} that {O} is moving to {L} .",
        "The mayor of {L} thanked {P} and {O} .", "It rained all week in {L} .", "Nobody answered the telephone .",
        "{O} and {O} are opening a factory near {L} .", "Is {P} still living in {L} ?", "I met {P} yesterday .",
        "In {L} , {P} and {P} founded {O} .", "The report of {O} was written by {P} .", "Trains to {L} are late again .",
        "{P} , who studied in {L} , joined {O} in March .", "\" We will appeal \" , said {P} of {O} .", "My sister likes the sea .",
    ];

    /// <summary>
    /// Creates the splits <c>train</c> and <c>test</c> with <c>words</c> and <c>tags</c>. The same seed gives the same rows.
    /// </summary>
    internal static DatasetDict Make(int train, int test, int seed) => new()
    {
        ["train"] = Make(train, new Random(seed), knownNames: 0.9), ["test"] = Make(test, new Random(seed + 1), knownNames: 1),
    };

    private static Dataset Make(int count, Random random, double knownNames)
    {
        return Dataset.FromRows(Enumerable.Range(0, count).Select(_ =>
        {
            var sentence = Sentence().ToArray();
            return new { words = sentence.Select(word => word.Word).ToArray(), tags = sentence.Select(word => word.Tag).ToArray() };
        }));

        IEnumerable<(string Word, string Tag)> Sentence()
        {
            foreach (var slot in Pick(_patterns, 1).Split(' '))
            {
                var (type, name) = slot switch
                {
                    "{P}" => ("PER", Person()),
                    "{L}" => ("LOC", Pick(_places, knownNames)),
                    "{O}" => ("ORG", Organization()),
                    _ => (null, slot),
                };
                foreach (var (place, word) in name.Split(' ').Index())
                    yield return (word, type is null ? "O" : place == 0 ? $"B-{type}" : $"I-{type}");
            }
        }

        string Person() => random.Next(3) switch
        {
            0 => Pick(_firstNames, knownNames),
            1 => Pick(_lastNames, knownNames),
            _ => $"{Pick(_firstNames, knownNames)} {Pick(_lastNames, knownNames)}",
        };

        string Organization()
        {
            var (forms, names) = random.Next(2) == 0 ? (_companies, _lastNames) : (_institutions, _places);
            return Pick(forms, 1).Replace("{0}", Pick(names, knownNames), StringComparison.Ordinal);
        }

        string Pick(string[] names, double known) => names[random.Next((int)(names.Length * known))];
    }
}
