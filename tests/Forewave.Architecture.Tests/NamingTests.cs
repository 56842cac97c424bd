using Forewave.Architecture.Tests.Reading;
using Forewave.Architecture.Tests.Rules;

namespace Forewave.Architecture.Tests;

public class NamingTests
{
    [Fact]
    public void Type_names_have_no_empty_words() =>
        Offence.AssertNone("A type is named for what it is:", Repository.SourcesUnder("src", "bench").SelectMany(NamingRule.EmptyNames));

    [Fact]
    public void Identifiers_use_the_words_of_the_glossary()
    {
        var protos = Repository.Paths.Where(path => path.EndsWith(".proto", StringComparison.Ordinal));

        // bench/ speaks to other brokers in their words.
        Offence.AssertNone("The glossary has one word for each thing:",
            Repository.SourcesUnder("src", "samples").SelectMany(NamingRule.OtherWords)
                .Concat(protos.SelectMany(path => NamingRule.OtherWords(path, Repository.Read(path)))));
    }

    [Fact]
    public void Rule_finds_empty_words_as_whole_words_only()
    {
        const string text = "class QueueManager; record struct LeaseInfo; class Database; enum Information; class Baseline; class A { class DataFolder; }";

        Offence.AssertFound(NamingRule.EmptyNames(SourceFile.Parse("src/P/A.cs", text)),
            "QueueManager has the word Manager",
            "LeaseInfo has the word Info",
            "DataFolder has the word Data");
    }

    [Fact]
    public void Rule_finds_synonyms_in_every_kind_of_declaration()
    {
        const string text = """
            class TopicName { int _retryCount; int Lsn { get; } void Requeue(int brokerId) { var walFile = 1; } enum E { Follower } }
            class Wall { string certificate = Subject; int subjective; }
            """;

        Offence.AssertFound(NamingRule.OtherWords(SourceFile.Parse("src/P/A.cs", text)),
            "TopicName: say queue",
            "_retryCount: say attempt",
            "Lsn: say log position",
            "Requeue: say release or nack",
            "brokerId: say partition",
            "walFile: say log",
            "Follower: say slave");
    }

    [Fact]
    public void Rule_finds_synonyms_in_the_schema_outside_comments() =>
        Offence.AssertFound(NamingRule.OtherWords("proto/a.proto", "// a topic\nmessage M {\n  string topic_name = 1; // subject\n}\n"),
            "topic_name: say queue");
}
