//! Words that say where is integrated: limits, regions and breaks.

use fubini::{Region, Variable};

/// A variable with its breaks.
#[derive(Clone, Debug)]
pub(super) struct Broken {
    pub(super) variable: String,
    pub(super) at: Vec<String>,
}

/// VAR=V[,V…]; commas within parentheses belong to a formula.
pub(super) fn broken(word: &str) -> Result<Broken, String> {
    let refused = || format!("`{word}` is not of the form VAR=V or VAR=V,V, such as x=0.3,0.7 or y=x^2");
    let (name, list) = word.split_once('=').ok_or_else(refused)?;
    let (mut depth, mut at) = (0, vec![String::new()]);
    for c in list.chars() {
        depth += i32::from(c == '(') - i32::from(c == ')');
        match at.last_mut() {
            Some(last) if c != ',' || depth > 0 => last.push(c),
            _ => at.push(String::new()),
        }
    }
    let at: Vec<String> = at.iter().map(|text| text.trim().to_string()).collect();
    if at.iter().any(String::is_empty) { Err(refused()) } else { Ok(Broken { variable: name.trim().to_string(), at }) }
}

/// VAR=LO:HI.
pub(super) fn variable(word: &str) -> Result<Variable, String> {
    let parts = word.split_once('=').and_then(|(name, limits)| Some((name, limits.split_once(':')?)));
    let (name, (lo, hi)) = parts.ok_or_else(|| format!("`{word}` is not of the form VAR=LO:HI, such as x=0:1 or y=-inf:inf"))?;
    Ok(Variable::new(name.trim(), lo.trim(), hi.trim()))
}

/// KIND:VAR,VAR…[=SIZE].
pub(super) fn region(word: &str) -> Result<Region, String> {
    let form = || format!("`{word}` is not of the form KIND:VAR,VAR or KIND:VAR,VAR=SIZE, such as simplex:x,y or ball:x,y,z=2");
    let (kind, rest) = word.split_once(':').ok_or_else(form)?;
    let (variables, size) = rest.split_once('=').unwrap_or((rest, "1"));
    let variables: Vec<&str> = variables.split(',').map(str::trim).collect();
    if variables.iter().any(|name| name.is_empty()) || size.trim().is_empty() {
        return Err(form());
    }
    match kind.trim() {
        "simplex" => Ok(Region::simplex(&variables, size)),
        "ball" => Ok(Region::ball(&variables, size)),
        other => Err(format!("`{other}` is no region: there are simplex and ball")),
    }
}
