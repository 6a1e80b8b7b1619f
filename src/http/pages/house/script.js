(() => {
  const [one, two, hint, show] = ['password', 'confirm', 'differ', 'show'].map((id) => document.getElementById(id));
  const check = () => {
    const differ = two.value !== '' && one.value !== two.value;
    hint.textContent = differ ? hint.dataset.text : '';
    two.setCustomValidity(hint.textContent);
  };
  one.addEventListener('input', check);
  two.addEventListener('input', check);
  show.parentElement.hidden = false;
  show.addEventListener('change', () => { one.type = two.type = show.checked ? 'text' : 'password'; });
})();
