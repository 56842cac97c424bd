namespace Forewave.Protocol.Tests.Documents;

/// <summary>
/// A page under docs/ with parts that come from the code: between <c>&lt;!-- begin NAME --&gt;</c> and <c>&lt;!-- end NAME --&gt;</c>.
/// With FOREWAVE_WRITE_DOCS=1 a test writes such a part instead of comparing it.
/// </summary>
internal sealed class Document
{
    private readonly string _path;
    private string _text;

    public Document(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Forewave.slnx")))
            folder = folder.Parent;
        Assert.NotNull(folder);
        _path = Path.Combine(folder.FullName, "docs", name);
        _text = File.ReadAllText(_path);
    }

    public string Text => _text;

    public void AssertPart(string name, string expected)
    {
        string begin = $"<!-- begin {name} -->\n";
        int from = _text.IndexOf(begin, StringComparison.Ordinal);
        int to = _text.IndexOf($"<!-- end {name} -->", StringComparison.Ordinal);
        Assert.True(from >= 0 && to > from, $"{_path} has no part {name}");
        from += begin.Length;
        if (Environment.GetEnvironmentVariable("FOREWAVE_WRITE_DOCS") == "1")
        {
            _text = _text[..from] + expected + _text[to..];
            File.WriteAllText(_path, _text);
            return;
        }
        Assert.True(
            expected == _text[from..to],
            $"the part {name} of {_path} is not what the code says; run this test with FOREWAVE_WRITE_DOCS=1 and look at the difference");
    }
}
